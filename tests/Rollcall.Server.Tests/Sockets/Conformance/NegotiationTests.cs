namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>RFC 7692, section 7.1: which offers are taken, and that none fails the connection.</summary>
public sealed class NegotiationTests(ConformanceHub hub) : IClassFixture<ConformanceHub>
{
    private const string Taken = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    public static TheoryData<string[], string?, Way> Offers()
    {
        (string[] Offers, string? Answer)[] known =
        [
            ([], null),
            (["permessage-deflate"], Taken),
            (["permessage-deflate; client_max_window_bits"], Taken),
            (["permessage-deflate; client_max_window_bits=10"], Taken),
            (["permessage-deflate;client_max_window_bits=\"10\";server_no_context_takeover ; client_no_context_takeover"], Taken),
            (["permessage-deflate; server_max_window_bits=15"], Taken + "; server_max_window_bits=15"),
            (["permessage-deflate; server_max_window_bits=10"], null),
            (["permessage-deflate; server_max_window_bits=10, permessage-deflate"], Taken),
            (["permessage-deflate; server_max_window_bits=10", "permessage-deflate"], Taken),
            (["x-webkit-deflate-frame, permessage-deflate"], Taken),
            (["permessage-deflate; server_max_window_bits"], null),
            (["permessage-deflate; server_max_window_bits=16"], null),
            (["permessage-deflate; server_max_window_bits=015"], null),
            (["permessage-deflate; client_max_window_bits=7"], null),
            (["permessage-deflate; client_max_window_bits=abc"], null),
            (["permessage-deflate; client_max_window_bits="], null),
            (["permessage-deflate; client_no_context_takeover=1"], null),
            (["permessage-deflate; client_no_context_takeover; client_no_context_takeover"], null),
            (["permessage-deflate; unheard_of"], null),
            (["permessage-deflate;"], null),
            (["permessage-deflat"], null),
            ([", ; =, \""], null),
            (["other; x=\"a, permessage-deflate, b\""], null),
        ];
        var rows = new TheoryData<string[], string?, Way>();
        foreach (var (offers, answer) in known)
        {
            rows.Add(offers, answer, Way.Plain);
            rows.Add(offers, answer, Way.Tls);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Offers))]
    public async Task An_offer_is_taken_only_when_it_can_be_kept(string[] offers, string? answer, Way way)
    {
        using var client = await WireClient.Open(hub.Address(way), offers);
        Assert.Equal(answer, client.Extensions);
        await client.Send([ClientFrame.Text(ClientFrame.Beat("hello"))]);
        Assert.Equal("beat hello", (await client.Read())?.Words);
    }

    [Fact]
    public async Task A_hub_that_is_told_not_to_compress_declines()
    {
        await using var plain = await TestHub.Start(new RollcallOptions { Compression = false });
        using var client = await WireClient.Open(plain.Address, ["permessage-deflate"]);
        Assert.Null(client.Extensions);
    }
}

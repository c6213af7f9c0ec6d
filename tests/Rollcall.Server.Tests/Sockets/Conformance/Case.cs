namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>How a conversation's bytes are cut into segments.</summary>
internal enum Cut
{
    /// <summary>All in one.</summary>
    Whole,

    /// <summary>Each frame in its own.</summary>
    Frames,

    /// <summary>Each byte in its own.</summary>
    Octets,
}

/// <summary>
/// One case: what is sent, and what must be heard, in order and nothing else. Unless the hub is to close, a last ping must
/// be answered behind all of it; when it closes, the end of the connection must follow.
/// </summary>
/// <param name="Id">The number that the Autobahn test suite gives to it; <c>own</c> for those that it lacks.</param>
/// <param name="Says">What it is about.</param>
/// <param name="Frames">What is sent.</param>
/// <param name="Heard">What is heard, as <see cref="ServerFrame.Words"/>.</param>
internal sealed record Case(string Id, string Says, byte[][] Frames, params string[] Heard)
{
    private const string Last = "the end of the case";

    public Cut Cut { get; init; } = Cut.Whole;

    /// <summary>Segments of so many bytes instead of <see cref="Cut"/>.</summary>
    public int Segment { get; init; }

    /// <summary>What the client offers in its handshake.</summary>
    public string[] Offers { get; init; } = [];

    private bool Closes => Heard.Length > 0 && Heard[^1].StartsWith("close", StringComparison.Ordinal);

    /// <summary>Plays the case.</summary>
    public async Task Play(Uri address)
    {
        using var client = await WireClient.Open(address, Offers);
        var sending = client.Send(Segments());
        var heard = new List<string>();
        while (heard.Count <= Heard.Length && await client.Read() is { } frame)
        {
            Assert.True(frame.Rsv == 0 || Offers.Length > 0, "nothing is compressed without negotiation");
            heard.Add(frame.Inflated.Words);
            if (frame.IsClose)
            {
                // Unless the client closed first, this is its answer; it does no harm then either.
                await client.Send([ClientFrame.Close(1000)]);
            }
        }

        Assert.Equal([.. Heard, .. Closes ? Array.Empty<string>() : [$"pong {Last}"]], heard);
        await sending;
    }

    public override string ToString() => $"{Id} {Says}";

    private IEnumerable<byte[]> Segments()
    {
        byte[][] frames = Closes ? Frames : [.. Frames, ClientFrame.Ping(Last)];
        var all = frames.SelectMany(frame => frame).ToArray();
        return Segment > 0 ? all.Chunk(Segment) : Cut switch
        {
            Cut.Frames => frames,
            Cut.Octets => all.Chunk(1),
            _ => [all],
        };
    }
}

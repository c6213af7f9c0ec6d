using System.Text.Json;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>What a join may ask for, and how many topics one connection may join.</summary>
public sealed class JoinsTests : IAsyncLifetime
{
    private const int Most = 128;

    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        var commands = string.Join('\n', Enumerable.Range(0, Most).Select(n => $$"""{"type":"create","session_id":"s{{n}}"}"""));
        Assert.Equal(200, (await _hub.Post("/api/v1/commands", commands)).Status);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task Topics_that_the_hub_closed_take_no_place_among_those_that_may_be_joined()
    {
        using var first = await JoinAll();
        Assert.Equal("rate_limited", Code(await first.Join("sessions")));

        using var second = await JoinAll();
        for (var closed = 0; closed < Most;)
        {
            closed += (await first.Next())!.Contains("\"phx_close\"", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.Equal("ok", Status(await first.Join("sessions")));
        Assert.Equal("not_found", Code(await first.Push("session:s0", "heartbeat", new { }, "1")));
        foreach (var n in Enumerable.Range(0, Most - 1))
        {
            Assert.Equal("ok", Status(await first.Join($"session:s{n}", new { snapshot = false })));
        }

        Assert.Equal("rate_limited", Code(await first.Join("alerts")));
    }

    [Theory]
    [InlineData("3", true)]
    [InlineData("3.0", true)]
    [InlineData("0.3e1", true)]
    [InlineData("-0.0", true)]
    [InlineData("1e9", false)]
    [InlineData("9223372036854775808", false)]
    [InlineData("99999999999999999999", false)]
    [InlineData("1e400", false)]
    public async Task A_place_is_a_whole_number_however_it_is_written_and_one_never_given_gets_the_snapshot(string after, bool resumed)
    {
        using var socket = await RawSocket.Open(_hub);

        var reply = await JoinAfter(socket, after);

        Assert.Equal("ok", Status(reply));
        Assert.Equal(resumed, reply.GetProperty("response").GetProperty("resumed").GetBoolean());
        Assert.Equal(resumed ? JsonValueKind.Null : JsonValueKind.Object, reply.GetProperty("response").GetProperty("snapshot").ValueKind);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-1e400")]
    [InlineData("1.5")]
    [InlineData("\"3\"")]
    public async Task A_place_that_is_no_whole_number_is_refused(string after)
    {
        using var socket = await RawSocket.Open(_hub);

        Assert.Equal("after must be a whole number, 0 or more", (await JoinAfter(socket, after)).GetProperty("response").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_field_that_is_null_counts_as_left_out()
    {
        using var socket = await RawSocket.Open(_hub);

        var reply = await socket.Join("sessions", JsonElement.Parse("""{"epoch":null,"after":null,"snapshot":null,"events":null,"role":null}"""));

        Assert.Equal(JsonValueKind.Object, reply.GetProperty("response").GetProperty("snapshot").ValueKind);
    }

    [Theory]
    [InlineData("y", 255, true)]
    [InlineData("y", 256, false)]
    [InlineData("😀", 255, true)]
    [InlineData("😀", 256, false)]
    public async Task The_topic_of_every_project_that_there_may_be_may_be_joined(string character, int length, bool may)
    {
        var project = string.Concat(Enumerable.Repeat(character, length));
        Assert.Equal(may ? 201 : 400, (await _hub.Post("/api/v1/sessions", new { id = "named", project })).Status);
        using var socket = await RawSocket.Open(_hub);

        var reply = await socket.Join($"project:{project}");

        Assert.Equal(may ? "ok" : "error", Status(reply));
    }

    private Task<JsonElement> JoinAfter(RawSocket socket, string after) =>
        socket.Join("sessions", JsonElement.Parse($$"""{"epoch":"{{_hub.Log.Epoch}}","after":{{after}}}"""));

    private async Task<RawSocket> JoinAll()
    {
        var socket = await RawSocket.Open(_hub);
        foreach (var n in Enumerable.Range(0, Most))
        {
            Assert.Equal("ok", Status(await socket.Join($"session:s{n}", new { role = "owner", snapshot = false })));
        }

        return socket;
    }

    private static string? Status(JsonElement reply) => reply.GetProperty("status").GetString();

    private static string? Code(JsonElement reply) => reply.GetProperty("response").GetProperty("code").GetString();
}

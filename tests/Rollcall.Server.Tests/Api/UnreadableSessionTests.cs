using System.Text.Json;
using Rollcall.Server.Tests.Sockets;

namespace Rollcall.Server.Tests.Api;

/// <summary>A session that the log has and cannot read is the trouble of who asks for it: of that alone, and in the words of the contract.</summary>
public sealed class UnreadableSessionTests : IAsyncLifetime
{
    private const string Batch = """
        {"type":"usage","session_id":"a","input_tokens":100}
        {"type":"heartbeat","session_id":"broken"}
        """;

    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        await _hub.Post("/api/v1/sessions", new { id = "broken" });
        await _hub.Send(HttpMethod.Delete, "/api/v1/sessions/broken");
        await _hub.Post("/api/v1/sessions", new { id = "a" });
        await _hub.Restart(() => _hub.Sql("UPDATE sessions SET view = 'unreadable' WHERE id = 'broken'"));
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task Of_a_batch_its_command_is_refused_in_its_place_and_the_others_are_answered_as_done()
    {
        var answer = await _hub.Post("/api/v1/commands", Batch);

        Assert.Equal(200, answer.Status);
        Assert.True(answer.Json[0].GetProperty("ok").GetBoolean());
        Assert.Equal("unavailable", answer.Json[1].GetProperty("code").GetString());
        Assert.Equal(503, (await _hub.Post("/api/v1/commands", """{"type":"heartbeat","session_id":"broken"}""")).Status);
    }

    [Fact]
    public async Task A_batch_that_is_repeated_with_its_key_is_answered_the_same_and_done_once()
    {
        var first = await _hub.Post("/api/v1/commands", Batch, headers: ("Idempotency-Key", "k"));
        var again = await _hub.Post("/api/v1/commands", Batch, headers: ("Idempotency-Key", "k"));

        Assert.Equal((200, first.Text), (again.Status, again.Text));
        Assert.Equal(100, (await _hub.Get("/api/v1/sessions/a")).Json.GetProperty("usage").GetProperty("input_tokens").GetInt64());
    }

    [Theory]
    [InlineData("/api/v1/sessions/broken")]
    [InlineData("/api/v1/sessions/broken/events")]
    public async Task Who_reads_it_is_told_that_it_cannot_be_read(string path)
    {
        var answer = await _hub.Get(path);

        Assert.Equal((503, "unavailable"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_join_is_refused_and_the_connection_goes_on_with_what_it_owns()
    {
        using var socket = await RawSocket.Open(_hub);
        await socket.Join("session:a", new { role = "owner" });

        var refused = await socket.Join("session:broken");

        Assert.Equal(("error", "unavailable"), (refused.GetProperty("status").GetString(), refused.GetProperty("response").GetProperty("code").GetString()));
        Assert.Equal("ok", (await socket.Join("sessions")).GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.True, (await _hub.Get("/api/v1/sessions/a/owner")).Json.GetProperty("owned").ValueKind);
    }
}

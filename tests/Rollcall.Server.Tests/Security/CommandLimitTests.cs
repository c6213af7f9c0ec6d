using System.Text.Json;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Sockets;

namespace Rollcall.Server.Tests.Security;

/// <summary>No key gives more commands than it may, by whichever way, and nobody else is held up by it.</summary>
public sealed class CommandLimitTests : IAsyncLifetime
{
    /// <summary>What a key may give at once where it may give three a second, and what it has used when a test begins.</summary>
    private const int AtOnce = 30;
    private const int Used = 1;

    private static readonly (Key Key, string Credential) Busy = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
    private static readonly (Key Key, string Credential) Other = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);

    private TestHub _hub = null!;
    private HttpClient _busy = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { MaxCommandsPerKey = 3 }, keys: [Busy.Key, Other.Key]);
        _busy = _hub.Client(Busy.Credential);
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions", new { id = "a" }, _busy)).Status);
    }

    public ValueTask DisposeAsync()
    {
        _busy.Dispose();
        return _hub.DisposeAsync();
    }

    [Theory]
    [InlineData("/api/v1/sessions/a/output", """{"text":"again"}""", 200, 1)]
    [InlineData("/api/v1/sessions/a/heartbeat", null, 200, 1)]
    [InlineData("/api/v1/sessions/a/cancel", null, 409, 1)]
    [InlineData("/ingest/hooks/claude-code", """{"session_id":"a","hook_event_name":"SessionStart","source":"startup"}""", 204, 3)]
    public async Task A_request_that_is_too_many_is_told_when_to_come_back(string path, string? body, int usual, int commands)
    {
        var taken = 0;
        Answer answer;
        while ((answer = await _hub.Post(path, body, _busy)).Status == usual)
        {
            taken++;
            Assert.True(taken < 1000, "never refused");
        }

        Assert.True(taken >= (AtOnce - Used) / commands, $"refused after {taken}");
        Assert.Equal((429, "rate_limited", "1"), (answer.Status, answer.Code, answer.Headers["Retry-After"]));
        Assert.Contains("3 commands a second", answer["detail"], StringComparison.Ordinal);
        using var other = _hub.Client(Other.Credential);
        Assert.Equal(usual, (await _hub.Post(path, body, other)).Status);

        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(usual, (await _hub.Post(path, body, _busy)).Status);
    }

    [Fact]
    public async Task What_is_too_many_of_a_batch_is_refused_in_its_place_and_changes_nothing()
    {
        var before = _hub.Log.Head;
        var lines = string.Join('\n', Enumerable.Range(0, 100).Select(i => $$"""{"type":"output","session_id":"a","text":"{{i}}"}"""));

        var answer = await _hub.Post("/api/v1/commands", lines, _busy);

        Assert.Equal(200, answer.Status);
        var items = answer.Json.EnumerateArray().ToList();
        var taken = items.TakeWhile(item => item.GetProperty("ok").GetBoolean()).Count();
        Assert.InRange(taken, AtOnce - Used, 60);
        Assert.Equal(before + taken, _hub.Log.Head);
        Assert.All(items.Skip(taken), item => Assert.Equal((false, "rate_limited"), (item.GetProperty("ok").GetBoolean(), item.GetProperty("code").GetString())));
    }

    [Fact]
    public async Task A_batch_of_which_nothing_is_taken_is_refused_as_a_whole()
    {
        Answer answer;
        do
        {
            answer = await _hub.Post("/api/v1/commands", """[{"type":"heartbeat","session_id":"a"},{"type":"heartbeat","session_id":"a"}]""", _busy);
        }
        while (answer.Status == 200);

        Assert.Equal((429, "rate_limited", "1"), (answer.Status, answer.Code, answer.Headers["Retry-After"]));
    }

    [Fact]
    public async Task A_push_that_is_too_many_is_refused_in_its_reply()
    {
        using var socket = await RawSocket.Open(_hub, Busy.Credential);
        await socket.Join("session:a", new { role = "owner", events = new[] { "error" } });
        var taken = 0;
        JsonElement answer;
        while ((answer = await socket.Push("session:a", "output", new { text = "again" })).GetProperty("status").ValueEquals("ok"))
        {
            taken++;
            Assert.True(taken < 1000, "never refused");
        }

        Assert.True(taken >= AtOnce - Used, $"refused after {taken}");
        Assert.Equal("rate_limited", answer.GetProperty("response").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Who_needs_no_key_has_no_limit()
    {
        var lines = string.Join('\n', Enumerable.Range(0, 100).Select(i => $$"""{"type":"output","session_id":"a","text":"{{i}}"}"""));

        var answer = await _hub.Post("/api/v1/commands", lines);

        Assert.All(answer.Json.EnumerateArray(), item => Assert.True(item.GetProperty("ok").GetBoolean()));
    }
}

using System.Text.Json;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Clients;
using Rollcall.Server.Tests.Clients.Agentcmd;
using Rollcall.Server.Tests.Clients.Orc;
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
    [InlineData("/api/v1/fleet/pause", null, 200, 1)]
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
        var answer = await _hub.Post("/api/v1/commands", Lines(100), _busy);

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
    public async Task The_end_of_a_session_that_was_too_many_is_taken_when_it_comes_again()
    {
        var end = new { session_id = "a", hook_event_name = "SessionEnd" };
        while ((await _hub.Post("/api/v1/sessions/a/heartbeat", null, _busy)).Status == 200)
        {
        }

        Answer answer;
        while ((answer = await _hub.Post("/ingest/hooks/claude-code", end, _busy)).Status == 429)
        {
            await Task.Delay(TimeSpan.FromSeconds(0.1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Equal(204, answer.Status);
        Assert.Equal("terminated", (await _hub.Get("/api/v1/sessions/a"))["status"]);
    }

    [Fact]
    public async Task A_batch_that_may_be_sent_again_is_taken_whole_or_not_at_all_and_never_twice()
    {
        const int used = 14;
        var before = _hub.Log.Head;
        await _hub.Post("/api/v1/commands", Lines(used), _busy);

        var first = await _hub.Post("/api/v1/commands", Lines(AtOnce), _busy, ("Idempotency-Key", "k"));
        Assert.Equal((429, "rate_limited", before + used), (first.Status, first.Code, _hub.Log.Head));

        Answer answer;
        while ((answer = await _hub.Post("/api/v1/commands", Lines(AtOnce), _busy, ("Idempotency-Key", "k"))).Status == 429)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Equal(200, answer.Status);
        Assert.All(answer.Json.EnumerateArray(), item => Assert.True(item.GetProperty("ok").GetBoolean()));
        Assert.Equal(answer.Text, (await _hub.Post("/api/v1/commands", Lines(AtOnce), _busy, ("Idempotency-Key", "k"))).Text);
        Assert.Equal(before + used + AtOnce, _hub.Log.Head);
    }

    [Fact]
    public async Task A_batch_that_may_be_sent_again_and_never_has_room_says_so()
    {
        var answer = await _hub.Post("/api/v1/commands", Lines(AtOnce + 1), _busy, ("Idempotency-Key", "k"));

        Assert.Equal((413, "too_large"), (answer.Status, answer.Code));
        Assert.Contains($"at most {AtOnce} commands at once", answer["detail"], StringComparison.Ordinal);
    }

    /// <summary>A repeated report is a heartbeat of each of its sessions, but not of a key that may give none.</summary>
    [Fact]
    public async Task A_batch_that_is_sent_again_takes_nothing_of_a_key_that_may_not_report()
    {
        const int sessions = 10;
        for (var i = 0; i < sessions; i++)
        {
            await _hub.Post("/api/v1/sessions", new { id = $"s{i}" });
        }

        using var control = _hub.Client((await _hub.Post("/api/v1/tokens", new { scopes = new[] { "control" } }, _busy))["token"]);
        var pauses = string.Join('\n', Enumerable.Range(0, sessions).Select(i => $$"""{"type":"pause","session_id":"s{{i}}"}"""));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await _hub.Post("/api/v1/commands", pauses, control, ("Idempotency-Key", "k"))).Status);
        }

        Assert.Equal(200, (await _hub.Post("/api/v1/commands", Lines(AtOnce - Used - sessions), _busy, ("Idempotency-Key", "others"))).Status);
    }

    [Fact]
    public async Task What_is_no_command_counts_as_one()
    {
        var answer = await _hub.Post("/api/v1/commands", string.Concat(Enumerable.Repeat("1\n", 100)), _busy);

        var codes = answer.Json.EnumerateArray().Select(item => item.GetProperty("code").GetString()).ToList();
        Assert.InRange(codes.Count(code => code == "invalid_request"), AtOnce - Used, 60);
        Assert.Equal("rate_limited", codes[^1]);
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
    public async Task A_command_over_orcs_socket_that_is_too_many_is_refused_in_its_answer()
    {
        using var socket = await JsonSocket.Open(_hub, OrcClient.Address, Busy.Credential);
        var taken = 0;
        while (await socket.Command("a", "cancel") is var error && error?.Contains("3 commands a second", StringComparison.Ordinal) != true)
        {
            taken++;
            Assert.True(taken < 1000, "never refused");
        }

        Assert.True(taken >= AtOnce - Used, $"refused after {taken}");
    }

    [Fact]
    public async Task A_command_over_agentcmds_socket_that_is_too_many_is_refused_with_a_code_of_its_own()
    {
        using var socket = await AgentcmdClient.Open(_hub, Busy.Credential);
        var taken = 0;
        JsonElement answer;
        while ((answer = await socket.Ask("session:a", "cancel")).Data("code") != "RATE_LIMITED")
        {
            taken++;
            Assert.True(taken < 1000, "never refused");
        }

        Assert.True(taken >= AtOnce - Used, $"refused after {taken}");
        Assert.Contains("3 commands a second", answer.Data("error"), StringComparison.Ordinal);
    }

    /// <summary>By however long that took: what was not given before the pause is gone.</summary>
    [Fact]
    public async Task A_key_gets_back_as_much_as_it_may_give_a_second()
    {
        await Taken();
        var since = TimeProvider.System.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, TestContext.Current.CancellationToken);

        var taken = await Taken();

        Assert.InRange(taken, 3, 3 * (2 + TimeProvider.System.GetElapsedTime(since).TotalSeconds));

        async Task<int> Taken() => (await _hub.Post("/api/v1/commands", Lines(100), _busy)).Json.EnumerateArray().Count(item => item.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Who_needs_no_key_has_no_limit()
    {
        var answer = await _hub.Post("/api/v1/commands", Lines(100));

        Assert.All(answer.Json.EnumerateArray(), item => Assert.True(item.GetProperty("ok").GetBoolean()));
    }

    private static string Lines(int count) =>
        string.Join('\n', Enumerable.Range(0, count).Select(i => $$"""{"type":"output","session_id":"a","text":"{{i}}"}"""));
}

using Rollcall.Core;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Ingest.Hooks;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Security;

/// <summary>A key limited to projects, while the writer has not yet come to what it asks.</summary>
public sealed class ProjectLimitRaceTests : IAsyncLifetime
{
    private static readonly (Key Key, string Credential) Limited = Key.Make(Scopes.All, ["shop"], null, null, DateTimeOffset.UnixEpoch);
    private static readonly (Key Key, string Credential) Other = Key.Make(Scopes.All, ["bank"], null, null, DateTimeOffset.UnixEpoch);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly TestClock _clock = new();
    private TestHub _hub = null!;
    private HttpClient _limited = null!;

    public async ValueTask InitializeAsync()
    {
        // The clock stands: a hook is not answered before it is known what became of it.
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: _clock, keys: [Limited.Key, Other.Key]);
        _limited = _hub.Client(Limited.Credential);
        await _hub.Hub.Submit(new CreateSession { SessionId = "mine", Project = "shop" });
        await _hub.Hub.Submit(new CreateSession { SessionId = "theirs", Project = "bank" });
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    /// <summary>The session comes to be between the request and its decision.</summary>
    [Theory]
    [InlineData("/api/v1/commands", """[{"type":"create","session_id":"x","project":"shop"},{"type":"terminate","session_id":"x"}]""")]
    [InlineData("/api/v1/sessions", """{"id":"x","project":"shop","lease_seconds":10}""")]
    [InlineData("/ingest/hooks/claude-code", """{"session_id":"x","cwd":"/src/shop","hook_event_name":"Stop"}""")]
    public async Task It_does_nothing_to_a_session_that_another_project_begins_meanwhile(string path, string body)
    {
        Task<Outcome> begun;
        Task<Answer> asked;
        using (await HoldWriter())
        {
            begun = _hub.Hub.Submit(new CreateSession { SessionId = "x", Project = "bank" }).AsTask();
            asked = _hub.Post(path, body, _limited);
            await Hearing.Eventually(() => Task.FromResult(_hub.Hub.Waiting == 2));
        }

        var born = Assert.IsType<Outcome.Accepted>(await begun).Session!.View;
        var answer = await asked.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Contains("forbidden", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"ok\":true", answer.Text, StringComparison.Ordinal);
        await _hub.Hub.Settle(TestContext.Current.CancellationToken);
        Assert.Equal(born.Version, _hub.Hub.View.Live["x"].View.Version);
    }

    /// <summary>An answer that came earlier where the session lives, or another one, would tell the three apart.</summary>
    [Theory]
    [InlineData("theirs")]
    [InlineData("ended")]
    [InlineData("nowhere")]
    public async Task Its_hook_is_answered_alike_by_a_busy_hub_whether_a_foreign_session_lives_has_ended_or_never_was(string session)
    {
        await _hub.Hub.Submit(new CreateSession { SessionId = "ended", Project = "bank" });
        await _hub.Hub.Submit(new TerminateSession { SessionId = "ended" });
        using var held = await HoldWriter();

        var asked = _hub.Post("/ingest/hooks/claude-code", new { session_id = session, hook_event_name = "Stop" }, _limited);
        await Hearing.Eventually(() => Task.FromResult(_hub.Hub.Waiting == 1));
        Assert.False(asked.IsCompleted);
        await Hearing.Eventually(() =>
        {
            _clock.Advance(HookIngest.LongestWait);
            return Task.FromResult(asked.IsCompleted);
        });

        Assert.Equal(204, (await asked).Status);
    }

    /// <summary>Nothing is known of the session yet, so that its refusal takes its turn, while those who may report it go on.</summary>
    [Theory]
    [InlineData("""{"session_id":"x","cwd":"/src/bank","hook_event_name":"SessionEnd"}""")]
    [InlineData("""{"session_id":"x","cwd":"/src/bank","hook_event_name":"Notification","notification_type":"agent_needs_input","message":"INJECTED"}""")]
    public async Task Its_hook_that_waits_to_be_refused_changes_nothing_of_what_others_mean(string hook)
    {
        using var other = _hub.Client(Other.Credential);
        Task<Answer> refused, begun;
        using (await HoldWriter())
        {
            refused = _hub.Post("/ingest/hooks/claude-code", hook, _limited);
            await Hearing.Eventually(() => Task.FromResult(_hub.Hub.Waiting == 1));
            begun = _hub.Post("/ingest/hooks/claude-code", """{"session_id":"x","cwd":"/src/bank","hook_event_name":"SessionStart","source":"startup"}""", other);
            await Hearing.Eventually(() => Task.FromResult(_hub.Hub.Waiting == 2));
        }

        Assert.Equal((403, 204), ((await refused.WaitAsync(Patience, TestContext.Current.CancellationToken)).Status, (await begun).Status));
        var session = await _hub.Get("/api/v1/sessions/x", other);
        Assert.Equal((200, "idle"), (session.Status, session["status"]));
    }

    private Task<HeldWriter> HoldWriter() => HeldWriter.By(_hub.Hub, new UpdateSession { SessionId = "mine", Name = "n" });
}

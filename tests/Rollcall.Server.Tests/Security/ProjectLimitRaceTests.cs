using Rollcall.Core;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Security;

/// <summary>A key limited to projects, while the writer has not yet come to what it asks.</summary>
public sealed class ProjectLimitRaceTests : IAsyncLifetime
{
    private static readonly (Key Key, string Credential) Limited = Key.Make(Scopes.All, ["shop"], null, null, DateTimeOffset.UnixEpoch);
    private static readonly (Key Key, string Credential) Other = Key.Make(Scopes.All, ["bank"], null, null, DateTimeOffset.UnixEpoch);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private TestHub _hub = null!;
    private HttpClient _limited = null!;

    public async ValueTask InitializeAsync()
    {
        // The clock stands: a hook is not answered before it is known what became of it.
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: new TestClock(), keys: [Limited.Key, Other.Key]);
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
        await _hub.Hub.Settle();
        Assert.Equal(born.Version, _hub.Hub.View.Live["x"].View.Version);
    }

    /// <summary>So that no later hook of the session follows on it meanwhile.</summary>
    [Fact]
    public async Task Its_hook_for_a_live_session_of_another_project_is_refused_without_the_writer()
    {
        using var held = await HoldWriter();

        var answer = await _hub.Post("/ingest/hooks/claude-code", new { session_id = "theirs", hook_event_name = "Stop" }, _limited)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal((403, "forbidden", 0), (answer.Status, answer.Code, _hub.Hub.Waiting));
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

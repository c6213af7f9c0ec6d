using Rollcall.Core.Tests;

namespace Rollcall.Server.Tests.Api;

/// <summary>A request that is sent again because the hub crashed between what it did and its answer.</summary>
public sealed class IdempotencyOverCrashTests
{
    private static readonly (string, string) Key = ("Idempotency-Key", "k-1");

    [Theory]
    [InlineData("PermissionRequest", "PostToolUse", "active")]
    [InlineData("SessionEnd", "SessionStart", "idle")]
    public async Task A_crash_between_a_hook_and_its_answer_does_not_take_it_twice(string hook, string next, string status)
    {
        await using var hub = await TestHub.Start(time: new TestClock());
        await Hear(hub, "UserPromptSubmit", ("Idempotency-Key", "before"));
        await Hear(hub, hook, Key);
        ForgetAnswers(hub);
        await hub.Restart();
        await Hear(hub, next, ("Idempotency-Key", "next"));
        var head = hub.Log.Head;

        await Hear(hub, hook, Key);

        Assert.Equal((head, status), (hub.Log.Head, (await hub.Get("/api/v1/sessions/a"))["status"]));
    }

    /// <summary>The task that runs meanwhile would have to be completed, too.</summary>
    [Fact]
    public async Task A_hook_that_would_mean_more_when_it_is_sent_again_changes_nothing_of_what_later_ones_mean()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await Hear(hub, "SessionStart", Key);
        ForgetAnswers(hub);
        await hub.Restart();
        await Hear(hub, "UserPromptSubmit", ("Idempotency-Key", "1"));
        await Hear(hub, "SubagentStart", ("Idempotency-Key", "2"), "a1");
        await Hear(hub, "PermissionRequest", ("Idempotency-Key", "3"));
        clock.Advance(TimeSpan.FromSeconds(10));

        await Hear(hub, "SessionStart", Key);
        await Hear(hub, "PreToolUse", ("Idempotency-Key", "4"), "a1");

        var session = await hub.Get("/api/v1/sessions/a");
        Assert.Equal(("waiting", "1"), (session["status"], session["tasks_running"]));
    }

    [Fact]
    public async Task A_crash_between_the_change_and_its_answer_does_not_change_it_twice()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/usage", new { input_tokens = 5 }, null, Key);
        ForgetAnswers(hub);

        var again = await hub.Post("/api/v1/sessions/a/usage", new { input_tokens = 5 }, null, Key);

        Assert.Equal((200, "5"), (again.Status, again.Json.GetProperty("session").GetProperty("usage").GetProperty("input_tokens").ToString()));
    }

    [Fact]
    public async Task A_crash_between_a_batch_and_its_answer_does_not_change_the_answer()
    {
        const string lines = """
            {"type":"output","session_id":"a","text":"x"}
            {"type":"complete_task","session_id":"a","task_id":"never"}
            {"type":"heartbeat","session_id":"b"}
            nonsense
            {"type":"start_task","session_id":"a"}
            """;
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        var first = await hub.Post("/api/v1/commands", lines, null, Key);
        ForgetAnswers(hub);
        await hub.Restart();

        Assert.Equal(first.Text, (await hub.Post("/api/v1/commands", lines, null, Key)).Text);
    }

    [Fact]
    public async Task A_crash_between_the_end_of_many_sessions_and_its_answer_does_not_change_how_many_ended()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/commands", """[{"type":"create","session_id":"a"},{"type":"create","session_id":"b"}]""");
        var body = new { session_ids = new[] { "a", "b", "b", "none" } };
        var first = await hub.Post("/api/v1/sessions/bulk-delete", body, null, Key);
        ForgetAnswers(hub);
        await hub.Restart();

        var again = await hub.Post("/api/v1/sessions/bulk-delete", body, null, Key);

        Assert.Equal(("2", first.Text), (first["deleted_count"], again.Text));
    }

    [Fact]
    public async Task A_crash_between_a_pause_of_the_fleet_and_its_answer_does_not_let_it_override_a_later_resume()
    {
        await using var hub = await TestHub.Start();
        var first = await hub.Post("/api/v1/fleet/pause", null, null, Key);
        ForgetAnswers(hub);
        await hub.Restart();
        await hub.Post("/api/v1/fleet/resume");

        var again = await hub.Post("/api/v1/fleet/pause", null, null, Key);

        Assert.Equal((first.Text, "False"), (again.Text, (await hub.Get("/api/v1/fleet"))["is_paused"]));
    }

    [Fact]
    public async Task A_crash_between_the_end_of_a_session_and_its_audit_is_made_up_for_when_the_request_is_repeated()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/commands", """[{"type":"terminate","session_id":"a"}]""", null, Key);
        ForgetAnswers(hub);
        hub.Sql("DELETE FROM audit");
        await hub.Restart();

        await hub.Post("/api/v1/commands", """[{"type":"terminate","session_id":"a"}]""", null, Key);

        Assert.Equal("local session.terminate a", hub.Sql("SELECT group_concat(principal || ' ' || action || ' ' || detail) FROM audit"));
    }

    private static async Task Hear(TestHub hub, string hook, (string, string) key, string agent = "") => Assert.Equal(204, (await hub.Post(
        "/ingest/hooks/claude-code",
        new { session_id = "a", hook_event_name = hook, source = "resume", prompt_id = "p", tool_name = "Bash", agent_id = agent },
        null, key)).Status);

    /// <summary>As a crash does between a change and its answer.</summary>
    private static void ForgetAnswers(TestHub hub) => hub.Sql("DELETE FROM answers");
}

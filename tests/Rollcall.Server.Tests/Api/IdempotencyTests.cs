using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Api;

/// <summary>A request that is sent again gets the same answer and changes nothing.</summary>
public sealed class IdempotencyTests
{
    private static readonly (string, string) Key = ("Idempotency-Key", "k-1");

    [Fact]
    public async Task The_same_key_gets_the_same_answer_over_a_restart_too()
    {
        await using var hub = await TestHub.Start();
        var first = await hub.Post("/api/v1/sessions", new { name = "a" }, null, Key);
        var head = hub.Log.Head;

        var second = await hub.Post("/api/v1/sessions", new { name = "a" }, null, Key);
        await hub.Restart();
        var third = await hub.Post("/api/v1/sessions", new { name = "a" }, null, Key);

        Assert.Equal(201, first.Status);
        Assert.Equal([(201, first.Text), (201, first.Text)], [(second.Status, second.Text), (third.Status, third.Text)]);
        Assert.Equal(first.Headers["Location"], third.Headers["Location"]);
        Assert.Equal("true", third.Headers["Idempotency-Replayed"]);
        Assert.Equal(head, hub.Log.Head);
    }

    [Fact]
    public async Task Duplicates_at_the_same_time_change_the_hub_once()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => hub.Post("/api/v1/sessions/a/usage", new { input_tokens = 5 }, null, Key)));

        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Equal("5", (await hub.Get("/api/v1/sessions/a")).Json.GetProperty("usage").GetProperty("input_tokens").ToString());
    }

    [Fact]
    public async Task A_hook_that_is_sent_again_changes_nothing()
    {
        await using var hub = await TestHub.Start();
        var hook = new { hook_event_name = "UserPromptSubmit", session_id = "a", prompt = "go on" };
        await hub.Post("/ingest/hooks/claude-code", hook, null, Key);
        await hub.Post("/api/v1/sessions/a/status", new { status = "idle" });
        var head = hub.Log.Head;

        var again = await hub.Post("/ingest/hooks/claude-code", hook, null, Key);

        Assert.Equal((204, "true", head), (again.Status, again.Headers["Idempotency-Replayed"], hub.Log.Head));
    }

    [Fact]
    public async Task A_key_does_not_turn_a_route_that_is_not_there_into_an_error_of_the_hub()
    {
        var (key, _) = Rollcall.Server.Security.Key.Make(Scopes.Watch, null, null, null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: key);

        Assert.Equal(405, (await hub.Post("/api/v1/fleet", new { }, null, Key)).Status);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_a_conflict()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" }, null, Key);

        var other = await hub.Post("/api/v1/sessions", new { id = "b" }, null, Key);

        Assert.Equal((409, "conflict"), (other.Status, other.Code));
        Assert.Equal(404, (await hub.Get("/api/v1/sessions/b")).Status);
    }

    [Fact]
    public async Task A_crash_between_the_change_and_its_answer_does_not_change_it_twice()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Hub.Submit(new ReportUsage { SessionId = "a", InputTokens = 5 }, "http/local/POST /api/v1/sessions/a/usage/k-1");

        var again = await hub.Post("/api/v1/sessions/a/usage", new { input_tokens = 5 }, null, Key);

        Assert.Equal((200, "5"), (again.Status, again.Json.GetProperty("session").GetProperty("usage").GetProperty("input_tokens").ToString()));
    }

    [Fact]
    public async Task A_refusal_is_repeated_as_it_was()
    {
        await using var hub = await TestHub.Start();
        var first = await hub.Post("/api/v1/sessions/a/tasks", null, null, Key);
        await hub.Post("/api/v1/sessions", new { id = "a" });

        var second = await hub.Post("/api/v1/sessions/a/tasks", null, null, Key);

        Assert.Equal((404, first.Text), (second.Status, second.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    public async Task A_key_that_is_no_key_is_refused(string key)
    {
        await using var hub = await TestHub.Start();

        var answer = await hub.Post("/api/v1/sessions", new { id = "a" }, null, ("Idempotency-Key", key));

        Assert.Equal((400, "Idempotency-Key"), (answer.Status, answer.Errors));
    }
}

using Rollcall.Core.Tests;
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
    public async Task A_key_that_is_used_again_after_24_hours_is_carried_out_with_its_own_body()
    {
        await using var hub = await TestHub.Start(time: new TestClock());
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "t1" }, null, Key);
        // The clock would have them removed, once an hour.
        var day = TimeSpan.FromHours(24).TotalMilliseconds;
        hub.Sql($"UPDATE answers SET time = time - {day}; UPDATE receipts SET time = time - {day}");

        var again = await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "t2" }, null, Key);

        Assert.Equal("t1 t2", string.Join(' ', hub.Hub.View.Live["a"].Tasks.Keys.Order()));
        Assert.False(again.Headers.ContainsKey("Idempotency-Replayed"));
    }

    [Fact]
    public async Task A_refusal_is_repeated_as_it_was()
    {
        await using var hub = await TestHub.Start();
        var first = await hub.Post("/api/v1/sessions/a/tasks", null, null, Key);
        await hub.Post("/api/v1/sessions", new { id = "a" });

        var second = await hub.Post("/api/v1/sessions/a/tasks", null, null, Key);

        Assert.Equal((404, first.Text), (second.Status, second.Text));
        Assert.Equal(("no-store", "no-store"), (first.Headers["Cache-Control"], second.Headers["Cache-Control"]));
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

    [Fact]
    public async Task Two_keys_are_not_one_that_has_a_comma()
    {
        await using var hub = await TestHub.Start();
        Assert.Equal(201, (await hub.Post("/api/v1/sessions", new { id = "one" }, null, ("Idempotency-Key", "a,b"))).Status);

        // .NET's own client would send them as one, with a space behind the comma.
        using var line = new System.Net.Sockets.TcpClient();
        await line.ConnectAsync(hub.Address.Host, hub.Address.Port, TestContext.Current.CancellationToken);
        await line.GetStream().WriteAsync(
            System.Text.Encoding.ASCII.GetBytes(
                $"POST /api/v1/sessions HTTP/1.1\r\nHost: {hub.Address.Authority}\r\nContent-Type: application/json\r\nContent-Length: 12\r\n"
                + "Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n{\"id\":\"one\"}"),
            TestContext.Current.CancellationToken);
        using var answer = new StreamReader(line.GetStream());

        Assert.Equal("HTTP/1.1 400 Bad Request", await answer.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_a_key_was_answered_is_not_told_to_a_narrower_token_of_it_nor_the_other_way_round()
    {
        var (key, credential) = Rollcall.Server.Security.Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: key);
        using var full = hub.Client(credential);
        await hub.Post("/api/v1/sessions", new { id = "a", project = "other" }, full);
        await hub.Post("/api/v1/sessions", new { id = "b", project = "other" }, full);
        using var ofShop = hub.Client((await hub.Post("/api/v1/tokens", new { projects = new[] { "shop" } }, full))["token"]);
        using var reporter = hub.Client((await hub.Post("/api/v1/tokens", new { scopes = new[] { "report" } }, full))["token"]);

        Assert.Equal(200, (await hub.Post("/api/v1/sessions/a/heartbeat", null, full, Key)).Status);
        Assert.Equal(403, (await hub.Post("/api/v1/sessions/a/heartbeat", null, ofShop, Key)).Status);
        Assert.Equal(403, (await hub.Post("/api/v1/sessions/b/heartbeat", null, ofShop, Key)).Status);
        Assert.Equal(200, (await hub.Post("/api/v1/sessions/b/heartbeat", null, full, Key)).Status);
        Assert.DoesNotContain("Idempotency-Replayed", (await hub.Post("/api/v1/sessions/b/heartbeat", null, reporter, Key)).Headers.Keys);
    }

    [Fact]
    public async Task What_a_token_was_answered_is_told_to_the_next_one_of_the_same_rights()
    {
        var (key, credential) = Rollcall.Server.Security.Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: key);
        using var full = hub.Client(credential);
        using var first = hub.Client((await hub.Post("/api/v1/tokens", new { projects = new[] { "shop", "cart" } }, full))["token"]);
        using var second = hub.Client((await hub.Post("/api/v1/tokens", new { projects = new[] { "cart", "shop" } }, full))["token"]);

        await hub.Post("/api/v1/sessions", new { project = "shop" }, first, Key);

        Assert.Equal("true", (await hub.Post("/api/v1/sessions", new { project = "shop" }, second, Key)).Headers["Idempotency-Replayed"]);
    }

    [Theory]
    [InlineData("/api/v1/tokens")]
    [InlineData("/api/v1/tokens/")]
    [InlineData("/API/v1/Tokens")]
    public async Task A_token_is_never_stored_however_its_path_is_written(string path)
    {
        var (key, credential) = Rollcall.Server.Security.Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: key);
        using var full = hub.Client(credential);

        // Of different lifetimes: two alike that are made within a millisecond are the same token.
        var first = await hub.Post(path, new { lifetime_seconds = 60 }, full, Key);
        var second = await hub.Post(path, new { lifetime_seconds = 600 }, full, Key);

        Assert.Equal((200, 200), (first.Status, second.Status));
        Assert.Equal(("no-store", "no-store"), (first.Headers["Cache-Control"], second.Headers["Cache-Control"]));
        Assert.NotEqual(first["token"], second["token"]);
        Assert.Equal(0L, hub.Sql("SELECT count(*) FROM answers"));
    }

    [Fact]
    public async Task A_key_that_looks_like_another_route_is_not_taken_for_it()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "s1" });
        await hub.Post("/api/v1/sessions", null, null, ("Idempotency-Key", "s1/pause/kk"));

        var paused = await hub.Post("/api/v1/sessions/s1/pause", null, null, ("Idempotency-Key", "kk"));

        Assert.Equal((200, "True"), (paused.Status, paused.Json.GetProperty("session").GetProperty("is_paused").ToString()));
    }

    [Theory]
    [InlineData("/api/v1/sessions/a/usage/")]
    [InlineData("/API/v1/Sessions/a/usage")]
    public async Task However_its_path_is_written_it_is_the_same_request(string path)
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/usage", new { input_tokens = 5 }, null, Key);

        var again = await hub.Post(path, new { input_tokens = 5 }, null, Key);

        Assert.Equal((200, "true"), (again.Status, again.Headers["Idempotency-Replayed"]));
    }

    [Fact]
    public async Task An_id_that_the_hub_makes_has_the_form_of_any_other()
    {
        await using var hub = await TestHub.Start();

        var made = (await hub.Post("/api/v1/sessions", new { }, null, Key))["id"]!;

        Assert.StartsWith("session_", made, StringComparison.Ordinal);
        var id = Guid.ParseExact(made[8..], "D");
        Assert.Equal((7, true), (id.Version, id.Variant is >= 8 and <= 11));
    }

    [Theory]
    [InlineData("/api/v1/sessions/a/usage", """{"input_tokens":5}""")]
    [InlineData("/api/v1/sessions/a/heartbeat", "{}")]
    [InlineData("/api/v1/sessions", """{"id":"a"}""")]
    [InlineData("/api/v1/commands", """[{"type":"start_task","session_id":"gone"},{"type":"usage","session_id":"a","input_tokens":5}]""")]
    public async Task A_report_that_is_sent_again_is_a_sign_of_life(string path, string report)
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await hub.Post("/api/v1/sessions", new { id = "a", lease_seconds = 4 });
        for (var i = 0; i < 4; i++)
        {
            Assert.InRange((await hub.Post(path, report, null, Key)).Status, 200, 201);
            clock.Advance(TimeSpan.FromSeconds(3));
            await hub.Hub.Settle(TestContext.Current.CancellationToken);
        }

        var session = hub.Hub.View.Live["a"].View;
        Assert.Equal(clock.Now - TimeSpan.FromSeconds(3), session.LastSeenAt);
        Assert.InRange(session.Usage.InputTokens, 0, 5);
    }

    [Fact]
    public async Task A_report_that_was_refused_or_is_only_said_to_an_owner_is_none()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        var seen = hub.Hub.View.Live["a"].View.LastSeenAt;
        clock.Advance(TimeSpan.FromSeconds(1));
        string[] paths = ["/api/v1/sessions/a/cancel", "/api/v1/sessions/a/status"];
        foreach (var path in paths.Concat(paths))
        {
            Assert.InRange((await hub.Post(path, """{"status":"nonsense"}""", null, Key)).Status, 400, 499);
        }

        Assert.Equal(seen, hub.Hub.View.Live["a"].View.LastSeenAt);
    }
}

using System.Text.Json;
using Rollcall.Client;
using Rollcall.Protocol;
using Rollcall.Server.Clients.Agentcmd;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Clients;
using Rollcall.Server.Tests.Clients.Agentcmd;

namespace Rollcall.Server.Tests.Defects;

/// <summary>What went wrong in agentcmd, as its own web client meets it here.</summary>
public sealed class AgentcmdClientTests
{
    /// <summary>Events of which agentcmd's client knows nothing like it.</summary>
    private static readonly string[] WithoutWords =
    [
        "task_started", "task_completed", "session_update", "session_event", "realtime_update", "fleet_paused", "fleet_resumed", "system_alert",
        "alert_acknowledged", "alert_resolved",
    ];

    [Fact]
    public async Task Agentcmd_its_merge_could_not_clear_an_error_an_empty_text_gets_past_it_where_null_does_not()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        using var socket = await AgentcmdClient.Open(hub);
        var shown = Merge(null, await socket.Subscribe("a"));
        foreach (var (status, error) in new[] { ("error", "no credit"), ("active", null), ("error", "no credit"), ("waiting", null), ("error", "again"), ("idle", null) })
        {
            await hub.Post("/api/v1/sessions/a/status", new { status, error_message = error });
            var told = await socket.Next();
            Assert.Equal(["sessionId", "state", "error_message", "updated_at"], told.Data().EnumerateObject().Select(field => field.Name));
            shown = Merge(shown, told);
            Assert.Equal(error ?? "", shown);
        }

        await hub.Post("/api/v1/sessions/a/status", new { status = "error", error_message = "one" });
        await hub.Post("/api/v1/sessions/a/status", new { status = "error", error_message = "two" });
        Assert.Equal("one", Merge(shown, await socket.Next()));
        Assert.Equal("two", Merge(shown, await socket.Next()));

        // data.error_message ?? session.error_message
        static string? Merge(string? before, JsonElement told) =>
            told.Data().TryGetProperty("error_message", out var error) && error.ValueKind != JsonValueKind.Null ? error.GetString() : before;
    }

    [Fact]
    public async Task Agentcmd_a_second_tab_saw_no_working_and_no_idle_each_tab_is_told_both_and_nothing_of_a_wait_or_a_pause()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a", status = "idle" });
        using var one = await AgentcmdClient.Open(hub);
        using var two = await AgentcmdClient.Open(hub);
        foreach (var tab in new[] { one, two })
        {
            Assert.Equal("idle", (await tab.Subscribe("a")).Data("state"));
        }

        foreach (var status in new[] { "active", "waiting", "active", "idle" })
        {
            await hub.Post("/api/v1/sessions/a/status", new { status });
        }

        await hub.Post("/api/v1/sessions/a/pause");
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "t" });
        foreach (var tab in new[] { one, two })
        {
            Assert.Equal(("working", "idle"), ((await tab.Next()).Data("state"), (await tab.Next()).Data("state")));
            await tab.HearsNothing();
        }
    }

    [Fact]
    public async Task Agentcmd_its_sidebar_heard_of_the_open_session_only_one_subscription_to_the_project_hears_of_every_session()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "open", project = "web" });
        await hub.Post("/api/v1/sessions", new { id = "background", project = "web" });
        using var socket = await AgentcmdClient.Open(hub);
        await socket.Subscribe("open");
        Assert.Equal("subscription_success", (await socket.Ask("global", "subscribe", new { channels = new[] { "project:web" } })).Type());
        await hub.Post("/api/v1/sessions/background/status", new { status = "idle" });
        var told = await socket.Next();
        Assert.Equal(("session:background", "idle"), (told.GetProperty("channel").GetString(), told.Data("state")));
    }

    [Fact]
    public async Task Agentcmd_who_sent_a_message_was_subscribed_before_it_was_checked_ours_is_not_and_hears_nothing_of_a_foreign_session()
    {
        var (whole, limited) = (Key.Make(Scopes.All, null, null, null, default), Key.Make(Scopes.All, ["shop"], null, null, default));
        await using var hub = await TestHub.Start(new() { RequireKeys = true }, keys: [whole.Key, limited.Key]);
        var everything = hub.Client(whole.Credential);
        await hub.Post("/api/v1/sessions", new { id = "theirs", project = "bank" }, everything);
        using var socket = await AgentcmdClient.Open(hub, limited.Credential);
        var theirs = await socket.Ask("session:theirs", "send_message", new { message = "let me in" });
        Assert.Equal(("error", "SESSION_NOT_FOUND"), (theirs.Type(), theirs.Data("code")));
        Assert.Equal(theirs.Data("error"), (await socket.Ask("session:none", "send_message", new { message = "anybody" })).Data("error"));
        Assert.False(hub.Hub.Fanout.HasListeners("session:theirs"));
        await hub.Post("/api/v1/sessions/theirs/output", new { text = "secret" }, everything);
        await socket.HearsNothing();
    }

    [Fact]
    public async Task Agentcmd_what_was_wrong_with_a_message_was_told_to_the_others_ours_is_told_to_its_sender_alone_with_a_code()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions", new { id = "ended" });
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/ended");
        using var sender = await AgentcmdClient.Open(hub);
        using var other = await AgentcmdClient.Open(hub);
        await other.Subscribe("a");
        await sender.Subscribe("a");
        foreach (var (id, type, data, code) in new (string, string, object, string?)[]
        {
            ("a", "send_message", new { message = "" }, null),
            ("a", "send_message", new { message = 7 }, null),
            ("a", "send_message", new { message = "go on" }, "INVALID_STATE"),
            ("a", "cancel", new { sessionId = "a" }, "CANCEL_FAILED"),
            ("a", "kill_session", new { sessionId = "a" }, "CANCEL_FAILED"),
            ("a", "dance", new { }, null),
            ("ended", "send_message", new { message = "hello?" }, "INVALID_STATE"),
            ("ended", "cancel", new { sessionId = "ended" }, "INVALID_STATE"),
            ("none", "subscribe", new { sessionId = "none" }, "SESSION_NOT_FOUND"),
        })
        {
            var error = await sender.Ask($"session:{id}", type, data);
            Assert.Equal(($"session:{id}", "error", id, code), (error.GetProperty("channel").GetString(), error.Type(), error.Data("sessionId"), error.Data("code")));
            Assert.NotEmpty(error.Data("error")!);
        }

        await other.HearsNothing();
    }

    [Fact]
    public async Task Agentcmd_a_message_reaches_the_program_that_owns_the_session_and_its_sender_hears_the_session_from_then_on()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await using var program = await hub.Connect();
        var owned = await program.Watch("session:a", asOwner: true);
        using var socket = await AgentcmdClient.Open(hub);
        await socket.Say("session:a", "send_message", new { message = "Go on", images = new[] { "data:image/png;base64,AA==" }, config = new { resume = true, model = "opus" } });
        Assert.Equal("session_updated", (await socket.Next()).Type());
        await socket.Say("session:a", "cancel", new { sessionId = "a" });
        var asked = await owned.Messages(TestContext.Current.CancellationToken).OfType<TopicMessage.Asked>().Take(2).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            ["""send_message {"text":"Go on","images":["data:image/png;base64,AA=="],"config":{"resume":true,"model":"opus"}}""", "cancel {}"],
            asked.Select(message => $"{message.Name} {message.Payload.GetRawText()}"));
        await hub.Post("/api/v1/sessions/a/output", new { text = "on it" });
        Assert.Equal("stream_output", (await socket.Next()).Type());
    }

    [Fact]
    public async Task Agentcmd_a_reload_lost_what_had_happened_meanwhile_who_comes_back_is_told_the_state_at_once()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a", name = "Alpha" });
        using (var before = await AgentcmdClient.Open(hub))
        {
            Assert.Equal("working", (await before.Subscribe("a")).Data("state"));
        }

        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/a");
        await hub.Restart();
        using var back = await AgentcmdClient.Open(hub);
        var now = await back.Subscribe("a");
        Assert.Equal(("idle", "Alpha", ""), (now.Data("state"), now.Data("name"), now.Data("error_message")));
    }

    [Fact]
    public async Task Agentcmd_a_failure_flashed_idle_a_crash_is_told_once_with_its_error_and_no_idle_before()
    {
        await using var hub = await TestHub.Start();
        using var socket = await AgentcmdClient.Open(hub);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await socket.Subscribe("a");
        await hub.Post("/api/v1/commands", """[{"type":"terminate","session_id":"a","reason":"crashed","error":"exit 1"}]""");
        var told = await socket.Next();
        Assert.Equal(("error", "exit 1"), (told.Data("state"), told.Data("error_message")));
        await socket.HearsNothing();
        Assert.Equal("exit 1", (await hub.Get("/api/sessions")).Json.GetProperty("data")[0].GetProperty("error_message").GetString());
    }

    [Fact]
    public void Agentcmd_events_had_three_generations_of_names_every_event_has_words_in_one_or_is_left_out_on_purpose() =>
        Assert.Equal(EventNames.All.Order(StringComparer.Ordinal), AgentcmdWords.Known.Concat(WithoutWords).Order(StringComparer.Ordinal));
}

using System.Net;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Clients.Orc;
using Rollcall.Server.Tests.Clients;
using Rollcall.Server.Tests.Clients.Orc;

namespace Rollcall.Server.Tests.Defects;

/// <summary>What went wrong in orc, as its own web client meets it here.</summary>
public sealed class OrcClientTests
{
    /// <summary>Events of which orc's client knows nothing like it.</summary>
    private static readonly string[] WithoutWords =
        ["message_complete", "session_event", "realtime_update", "fleet_paused", "fleet_resumed", "system_alert", "alert_acknowledged", "alert_resolved"];

    [Fact]
    public async Task Orc_a_pause_never_reached_its_client_ours_does_by_its_own_command_and_by_the_whole_fleet()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "TASK-001" });
        await hub.Post("/api/v1/sessions/TASK-001/tasks", new { task_id = "t" });
        using var socket = await JsonSocket.Open(hub, OrcClient.Address);
        await socket.Subscribe("*");
        await socket.Aggregate(data => !data.GetProperty("is_paused").GetBoolean());
        await socket.Send(new { type = "command", task_id = "TASK-001", action = "pause" });
        await socket.Aggregate(data => data.GetProperty("is_paused").GetBoolean());
        await socket.Send(new { type = "command", task_id = "TASK-001", action = "resume" });
        await socket.Aggregate(data => !data.GetProperty("is_paused").GetBoolean());
        await hub.Post("/api/v1/fleet/pause");
        await socket.Aggregate(data => data.GetProperty("is_paused").GetBoolean());
    }

    [Fact]
    public async Task Orc_its_ticker_died_with_the_first_task_its_client_hears_a_beat_while_any_task_runs_and_none_when_none_does()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "first" });
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "second" });
        await hub.Post("/api/v1/sessions/a/tasks/first/complete", new { outcome = "cancelled" });
        clock.Advance(TimeSpan.FromSeconds(1));
        using var socket = await JsonSocket.Open(hub, OrcClient.Address);
        await socket.Subscribe("*");
        var begun = (await socket.Aggregate()).GetProperty("duration_seconds").GetInt64();
        for (var beat = 1; beat <= 3; beat++)
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            await socket.Aggregate(data => data.GetProperty("duration_seconds").GetInt64() >= begun + (9 * beat) && data.GetProperty("tasks_running").GetInt32() == 1);
        }

        await hub.Post("/api/v1/sessions/a/tasks/second/complete");
        clock.Advance(TimeSpan.FromMilliseconds(50));
        await socket.Aggregate(data => data.GetProperty("tasks_running").GetInt32() == 0);
        // The hub must not take it for gone: it has not said anything since it subscribed.
        await socket.Ask(new { type = "ping" });
        clock.Advance(TimeSpan.FromSeconds(30));
        await socket.Send(new { type = "ping" });
        Assert.True(OrcClient.IsAnswer(await socket.Next()), "a beat was told though no task runs");
        await hub.Send(HttpMethod.Patch, "/api/v1/sessions/a", new { name = "still here" });
        Assert.True((await socket.Next()).Is("task_updated"), "something was told in between");
    }

    [Fact]
    public async Task Orc_its_snapshot_its_updates_and_its_route_disagreed_ours_are_one_computation()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        clock.Advance(TimeSpan.FromHours(3));
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "t" });
        await hub.Post("/api/v1/sessions/a/usage", new { input_tokens = 6000, cache_read_tokens = 5000, output_tokens = 10, cost_usd = 1.25 });
        clock.Advance(TimeSpan.FromSeconds(5));
        using var socket = await JsonSocket.Open(hub, OrcClient.Address);
        await socket.Subscribe("*");
        var snapshot = await socket.Aggregate();
        var session = (await hub.Get("/api/session")).Json;
        await hub.Post("/api/v1/fleet/pause");
        var update = await socket.Aggregate(data => data.GetProperty("is_paused").GetBoolean());

        foreach (var field in snapshot.EnumerateObject())
        {
            Assert.Equal(field.Value.GetRawText(), session.GetProperty(field.Name).GetRawText());
            Assert.True(field.NameEquals("is_paused") || field.Value.GetRawText() == update.GetProperty(field.Name).GetRawText(), field.Name);
        }

        Assert.Equal(5, snapshot.GetProperty("duration_seconds").GetInt64());
        Assert.Equal(6010, snapshot.GetProperty("total_tokens").GetInt64());
    }

    [Fact]
    public async Task Orc_its_session_was_another_after_every_restart_ours_is_the_same_while_the_work_period_lasts()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "t" });
        await hub.Post("/api/v1/sessions/a/tasks/t/complete");
        var before = await hub.Get("/api/session");
        await hub.Restart();
        var after = await hub.Get("/api/session");
        Assert.Equal((before["session_id"], before["started_at"], "1"), (after["session_id"], after["started_at"], after["tasks_completed"]));
        clock.Advance(TimeSpan.FromHours(1));
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "u" });
        Assert.NotEqual(before["session_id"], (await hub.Get("/api/session"))["session_id"]);
        Assert.Equal("0", (await hub.Get("/api/session"))["tasks_completed"]);
    }

    [Fact]
    public async Task Orc_any_page_could_open_its_socket_a_foreign_origin_is_refused_there_by_the_web_server_and_the_direct_door()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { AllowedOrigins = ["http://localhost:5173"] });
        foreach (var address in new[] { OrcClient.Address, OrcClient.Address + "?x=%20" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await JsonSocket.Refusal(hub, address, origin: "https://evil.example"));
            using var page = await JsonSocket.Open(hub, address, origin: "http://localhost:5173");
            Assert.Null(await page.Subscribe("*"));
        }
    }

    [Fact]
    public void Orc_events_were_lost_for_want_of_a_conversion_every_event_has_words_or_is_left_out_on_purpose() =>
        Assert.Equal(EventNames.All.Order(StringComparer.Ordinal), OrcWords.Known.Concat(WithoutWords).Order(StringComparer.Ordinal));
}

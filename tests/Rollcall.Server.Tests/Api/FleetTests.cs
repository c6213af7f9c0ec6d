namespace Rollcall.Server.Tests.Api;

/// <summary>The fleet as a whole: now, paused, and as it was.</summary>
public sealed class FleetTests
{
    [Fact]
    public async Task The_aggregate_is_the_seven_fields_and_follows_what_happens()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "t" });
        await hub.Post("/api/v1/sessions/a/usage", new { input_tokens = 5, output_tokens = 2, cost_usd = 0.5 });
        await hub.Post("/api/v1/fleet/pause");

        var fleet = await hub.Get("/api/v1/fleet");

        Assert.Equal(
            ["duration_seconds", "total_tokens", "input_tokens", "output_tokens", "estimated_cost_usd", "tasks_running", "is_paused", "seq", "time", "epoch"],
            fleet.Json.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("7", "0.5", "1", "True"), (fleet["total_tokens"], fleet["estimated_cost_usd"], fleet["tasks_running"], fleet["is_paused"]));
        Assert.Equal($"{hub.Log.Head}", fleet["seq"]);
        await hub.Post("/api/v1/fleet/resume");
        Assert.Equal("False", (await hub.Get("/api/v1/fleet"))["is_paused"]);
    }

    [Fact]
    public async Task A_pause_of_a_fleet_that_is_paused_and_a_resume_of_one_that_runs_tell_nothing()
    {
        await using var hub = await TestHub.Start();
        foreach (var (route, told) in ((string, long)[])[("resume", 0), ("pause", 1), ("pause", 1), ("resume", 2), ("resume", 2)])
        {
            var answer = await hub.Post($"/api/v1/fleet/{route}");
            Assert.Equal((200, "True", $"{told}", told), (answer.Status, answer["ok"], answer["seq"], hub.Log.Head));
        }
    }

    [Fact]
    public async Task The_fleet_at_its_last_event_is_the_fleet_now_and_before_it_was_another()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/output", new { text = "x" });
        await hub.Post("/api/v1/sessions/a/status", new { status = "waiting", waiting_for = "question" });
        await hub.Post("/api/v1/sessions", new { id = "b" });
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/b");
        await hub.Post("/api/v1/sessions/a/usage", new { input_tokens = 9 });

        var now = await hub.Get($"/api/v1/fleet/at?seq={hub.Log.Head}");
        var early = await hub.Get("/api/v1/fleet/at?seq=2");
        var byTime = await hub.Get($"/api/v1/fleet/at?time={Uri.EscapeDataString(now["time"]!)}");
        var before = await hub.Get("/api/v1/fleet/at?seq=0");

        Assert.Equal((await hub.Get("/api/v1/sessions/a")).Text, now.Json.GetProperty("sessions")[0].GetRawText());
        Assert.Equal(1, now.Json.GetProperty("sessions").GetArrayLength());
        Assert.Equal("9", now.Json.GetProperty("fleet").GetProperty("input_tokens").ToString());
        Assert.Equal("active", early.Json.GetProperty("sessions")[0].GetProperty("status").GetString());
        Assert.Equal($"{hub.Log.Head}", byTime["seq"]);
        Assert.Equal(0, before.Json.GetProperty("sessions").GetArrayLength());
    }
}

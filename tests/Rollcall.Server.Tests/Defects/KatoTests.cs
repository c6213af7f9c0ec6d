using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Rollcall.Server.Tests.Operations;

namespace Rollcall.Server.Tests.Defects;

/// <summary>What went wrong in the KATO dashboard, against a real hub.</summary>
public sealed class KatoTests
{
    [Fact]
    public async Task Kato_a_count_was_read_from_a_field_that_does_not_exist_and_a_failed_one_was_0_neither_is_ever_an_event()
    {
        var (status, body) = (200, """{"active_sessions": 3}""");
        await using var source = await LocalServer.Start(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        var sources = $$"""[{"name":"kato","url":"{{source.Address}}","json_path":"active_session_count","interval_seconds":1}]""";
        await using var hub = await TestHub.Start(new() { Sources = sources });
        await using var client = await hub.Connect();
        var sessions = await client.Watch("sessions");
        await Known(hub, "active_session_count is missing");
        body = """{"active_session_count": 3}""";
        await Known(hub, "\"current_count\":3");
        (status, body) = (500, "{}");
        await Known(hub, "HTTP 500");
        (status, body) = (200, """{"active_session_count": 5}""");
        var heard = await sessions.Until<SessionCountChanged>();
        var told = (SessionCountChanged)Assert.Single(heard);
        Assert.Equal(("kato", 3, 5, 2), (told.Source, told.PreviousCount, told.CurrentCount, told.Delta));
    }

    [Fact]
    public async Task Kato_one_components_subscription_replaced_anothers_each_topic_of_one_connection_goes_on()
    {
        await using var hub = await TestHub.Start(new() { Fleet = new FleetOptions { Realtime = TimeSpan.FromMilliseconds(50) } });
        await using var client = await hub.Connect();
        var (sessions, metrics) = (await client.Watch("sessions"), await client.Watch("metrics"));
        var alerts = await client.Watch("alerts");
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await sessions.Next<SessionCountChanged>();
        await metrics.Next<RealtimeUpdate>();
        await alerts.Leave();
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/a");
        await sessions.Next<SessionCountChanged>();
        await metrics.Next<RealtimeUpdate>();
    }

    [Fact]
    public async Task Kato_a_delta_was_signed_a_start_announced_sessions_and_a_short_life_was_never_told_ours_are_exact()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions", new { id = "b" });
        await hub.Restart();
        await using var client = await hub.Connect();
        var sessions = await client.Watch("sessions");
        await hub.Post("/api/v1/commands", """[{"type":"create","session_id":"c"},{"type":"terminate","session_id":"c"}]""");
        await sessions.Next<SessionCreated>(created => created.SessionId == "c");
        await sessions.Next<SessionTerminated>(ended => ended.SessionId == "c");
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/a");
        var told = await sessions.Next<SessionCountChanged>();
        Assert.Equal(("session_destroyed", 2, 1, 1), (told.EventType, told.PreviousCount, told.CurrentCount, told.Delta));
    }

    [Fact]
    public async Task Kato_switching_the_containers_off_broke_every_loop_the_rest_is_told_without_them()
    {
        await using var hub = await TestHub.Start(new() { Fleet = new FleetOptions { Realtime = TimeSpan.FromMilliseconds(50) } });
        await hub.Send(HttpMethod.Put, "/api/v1/flags", new { host_stats = false });
        await using var client = await hub.Connect();
        var metrics = await client.Watch("metrics");
        await metrics.Next<RealtimeUpdate>();
        var update = await metrics.Next<RealtimeUpdate>();
        Assert.True(update is { Hosts: null, Containers: null });
        Assert.Equal(0, update.Sessions.GetProperty("active_count").GetInt32());
    }

    [Fact]
    public async Task Kato_a_message_that_is_no_object_ended_the_connection_ours_answers_and_goes_on()
    {
        await using var hub = await TestHub.Start();
        using var socket = new ClientWebSocket();
        var stop = TestContext.Current.CancellationToken;
        await socket.ConnectAsync(new UriBuilder(hub.Address) { Scheme = "ws", Path = "/socket/websocket", Query = "vsn=2.0.0" }.Uri, stop);
        var buffer = new byte[4096];
        foreach (var (message, answer) in new[] { ("1", "invalid_request"), ("ping", "invalid_request"), ("""[null,"7","phoenix","heartbeat",{}]""", "\"7\"") })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, stop);
            var length = (await socket.ReceiveAsync(buffer, stop)).Count;
            Assert.Contains(answer, Encoding.UTF8.GetString(buffer, 0, length), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Kato_a_slow_docker_stopped_the_whole_loop_nothing_else_waits_for_it()
    {
        var folder = Directory.CreateTempSubdirectory("rc-").FullName;
        var asked = new TaskCompletionSource();
        await using var docker = await LocalServer.Start(
            context =>
            {
                asked.TrySetResult();
                return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            },
            Path.Combine(folder, "d.sock"));
        await using var hub = await TestHub.Start(new() { DockerSocket = Path.Combine(folder, "d.sock"), Fleet = new FleetOptions { Realtime = TimeSpan.FromMilliseconds(50) } });
        await using var client = await hub.Connect();
        var (sessions, metrics) = (await client.Watch("sessions"), await client.Watch("metrics"));
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await sessions.Next<SessionCreated>();
        Assert.True((await metrics.Next<RealtimeUpdate>()).Containers!.Value.TryGetProperty("error", out _));
    }

    private static Task Known(TestHub hub, string text) => Hearing.Eventually(async () =>
        (await hub.Get("/api/v1/detector")).Text.Replace(" ", "", StringComparison.Ordinal).Contains(text.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal));
}

using System.Net.WebSockets;
using Rollcall.Client;
using Rollcall.Core.Tests;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Defects;

/// <summary>What went wrong in orc, against a real hub.</summary>
public sealed class OrcTests
{
    [Fact]
    public async Task Orc_a_pause_was_told_only_in_tests_and_the_broadcaster_was_never_wired_a_command_over_http_reaches_the_socket()
    {
        await using var hub = await TestHub.Start();
        await using var client = await hub.Connect();
        var metrics = await client.Watch("metrics");
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "t" });
        await metrics.Next<SessionUpdate>(update => update is { TasksRunning: 1, IsPaused: false });
        await hub.Post("/api/v1/sessions/a/pause");
        await metrics.Next<SessionUpdate>(update => update.IsPaused);
        await hub.Post("/api/v1/sessions/a/resume");
        await metrics.Next<SessionUpdate>(update => !update.IsPaused);
        await hub.Post("/api/v1/fleet/pause");
        await metrics.Next<SessionUpdate>(update => update.IsPaused);
    }

    [Fact]
    public async Task Orc_no_test_waited_for_a_tick_and_the_first_task_took_the_heartbeat_with_it_it_beats_while_any_task_runs()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await using var client = await hub.Connect();
        var metrics = await client.Watch("metrics");
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "first" });
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "second" });
        clock.Advance(TimeSpan.FromMilliseconds(50));
        await metrics.Next<SessionUpdate>(update => update.TasksRunning == 2);
        await hub.Post("/api/v1/sessions/a/tasks/first/complete", new { outcome = "cancelled" });
        clock.Advance(TimeSpan.FromMilliseconds(50));
        await metrics.Next<SessionUpdate>(update => update.TasksRunning == 1);
        var before = clock.Now;
        clock.Advance(TimeSpan.FromSeconds(11));
        var beat = await metrics.Next<SessionUpdate>(update => update.Time >= before + TimeSpan.FromSeconds(9));
        Assert.Equal(1, beat.TasksRunning);
    }

    [Fact]
    public async Task Orc_the_duration_counted_idle_time_and_the_snapshot_disagreed_with_the_updates_both_come_from_one_computation()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        clock.Advance(TimeSpan.FromHours(3));
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "t" });
        clock.Advance(TimeSpan.FromSeconds(5));
        await hub.Post("/api/v1/fleet/pause");
        await using var client = await hub.Connect();
        var metrics = await client.Watch("metrics");
        var state = await metrics.Messages(TestContext.Current.CancellationToken).OfType<TopicMessage.Snapshot>().FirstAsync(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(10));
        var update = await metrics.Next<SessionUpdate>(next => next.DurationSeconds >= 10);
        Assert.Equal(5, state.State!.Value.GetProperty("duration_seconds").GetInt32());
        Assert.True(state.State.Value.GetProperty("is_paused").GetBoolean());
        Assert.Equal((1, true), (update.TasksRunning, update.IsPaused));
        Assert.InRange(update.DurationSeconds, 10, 15);
    }

    [Fact]
    public async Task Orc_tokens_left_out_what_came_from_a_cache_the_total_counts_all_input()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/usage", new { input_tokens = 6000, cache_read_tokens = 5000, output_tokens = 10 });
        Assert.Equal("6010", (await hub.Get("/api/v1/fleet"))["total_tokens"]);
    }

    [Fact]
    public async Task Orc_a_second_subscription_replaced_the_first_many_topics_live_on_one_connection()
    {
        await using var hub = await TestHub.Start();
        await using var client = await hub.Connect();
        var sessions = await client.Watch("sessions");
        var metrics = await client.Watch("metrics");
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "t" });
        await sessions.Next<SessionCreated>();
        await metrics.Next<SessionUpdate>();
    }

    [Fact]
    public async Task Orc_a_disconnect_that_was_meant_reconnected_by_itself_ours_ends_for_good()
    {
        await using var hub = await TestHub.Start();
        List<ConnectionState> states = [];
        var client = await hub.Connect();
        client.StateChanged += states.Add;
        var metrics = await client.Watch("metrics");
        await client.DisposeAsync();
        await foreach (var _ in metrics.Messages(TestContext.Current.CancellationToken))
        {
        }

        await Hearing.Eventually(() => Task.FromResult(hub.Hub.Fanout.OutletCount == 0));
        Assert.Equal((0, ConnectionState.Closed), (client.Reconnects, Assert.Single(states)));
    }

    [Fact]
    public async Task Orc_it_gave_up_after_5_tries_our_client_goes_on()
    {
        var hub = await TestHub.Start();
        var tries = new CountingRandom();
        await using var client = await RollcallConnection.Connect(
            new() { Hub = hub.Address, Random = tries, FirstRetry = TimeSpan.FromMilliseconds(1), LastRetry = TimeSpan.FromMilliseconds(2) },
            TestContext.Current.CancellationToken);
        await hub.DisposeAsync();
        await Hearing.Eventually(() => Task.FromResult(tries.Asked > 12));
        Assert.Equal(ConnectionState.Reconnecting, client.State);
    }

    [Fact]
    public async Task Orc_any_page_could_open_the_socket_a_foreign_origin_is_refused()
    {
        await using var hub = await TestHub.Start();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://evil.example");
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(
            new UriBuilder(hub.Address) { Scheme = "ws", Path = "/socket/websocket", Query = "vsn=2.0.0" }.Uri, TestContext.Current.CancellationToken));
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    private sealed class CountingRandom : Random
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public override double NextDouble()
        {
            Interlocked.Increment(ref _asked);
            return 0.5;
        }
    }
}

using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>Which connections the hub ends, and what it says to them before.</summary>
public sealed class EndedConnectionTests
{
    [Fact]
    public async Task A_connection_that_makes_no_progress_is_told_why_when_it_reads_again()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var slow = await Watcher.Stalled(fixture);
        await Tick(fixture, 11);
        slow.ReadOn();
        Assert.Equal(1013, (await slow.Closed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Code);
    }

    [Fact]
    public async Task A_connection_whose_write_goes_on_slowly_is_ended_when_it_does_not_any_more()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var slow = await Watcher.Stalled(fixture);
        slow.Outlet.Send(LineCodec.Reply(new string('x', 200_000)));
        for (var i = 0; i < 60; i++)
        {
            // Neither is it taken for silent: it is not pinged while it reads.
            slow.Acknowledge();
            await Tick(fixture, 1);
        }

        Assert.Equal(0, slow.Outlet.Clock.DoomedSince);
        await Tick(fixture, 10);
        Assert.Equal(0, slow.Outlet.Clock.DoomedSince);
        await Tick(fixture, 1);
        Assert.NotEqual(0, slow.Outlet.Clock.DoomedSince);

        // It is told that it ends, and does so, whatever it still reads.
        await slow.TakeOne();
        await Tick(fixture, 6);
        slow.Acknowledge();
        await slow.TakeOne();
        await Tick(fixture, 6);
        await slow.Aborted.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>As over HTTP/2, where nobody knows what one stream's client has got.</summary>
    [Fact]
    public async Task A_socket_that_takes_one_write_after_the_other_is_not_silent()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var slow = await Watcher.Stalled(fixture);
        for (var i = 0; i < 12; i++)
        {
            await Tick(fixture, 5);
            slow.Outlet.Send(LineCodec.Reply("more"));
            await slow.TakeOne();
        }

        Assert.Equal(0, slow.Outlet.Clock.DoomedSince);
    }

    /// <summary>As on a slow line where the kernel holds all there is: no write is under way, and a pong comes late, or not at all.</summary>
    [Fact]
    public async Task A_socket_is_not_silent_while_its_system_takes_what_there_is()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var slow = new Watcher(fixture);
        for (var i = 0; i < 100; i++)
        {
            if (i % 8 == 0)
            {
                slow.Acknowledge();
            }

            await Tick(fixture, 1);
        }

        Assert.Equal(0, slow.Outlet.Clock.DoomedSince);

        // With nothing left to take, its system acknowledges each ping, and says nothing by it.
        for (var i = 0; i < 36; i++)
        {
            slow.Acknowledge(hasMore: false);
            await Tick(fixture, 1);
        }

        Assert.NotEqual(0, slow.Outlet.Clock.DoomedSince);
    }

    [Fact]
    public async Task A_connection_that_never_reads_again_is_ended_and_whoever_waits_for_room_goes_on()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var slow = await Watcher.Stalled(fixture);
        while (slow.Outlet.TrySend(new byte[32 * 1024]))
        {
        }

        var room = slow.Outlet.RoomToRead().AsTask();
        Assert.False(room.IsCompleted);
        await Tick(fixture, 11);
        Assert.False(slow.Aborted.Task.IsCompleted);
        await Tick(fixture, 12);
        await slow.Aborted.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await room.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(slow.Outlet.IsClosed);
    }

    [Fact]
    public async Task Nobody_is_given_up_because_the_hub_stood_still()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var slow = await Watcher.Stalled(fixture);
        using var silent = new Watcher(fixture);
        fixture.Clock.StandStill(TimeSpan.FromMinutes(10));
        await Tick(fixture, 5);
        Assert.False(slow.Outlet.IsClosed);
        await Tick(fixture, 26);
        await silent.UntilEvent("ping");
        Assert.False(silent.Outlet.IsClosed);
    }

    [Fact]
    public async Task A_silent_socket_is_pinged_and_then_closed_and_a_stream_is_not()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var socket = new Watcher(fixture);
        using var stream = new Watcher(fixture) { IsSocket = false };
        using var heard = new Watcher(fixture);
        await Tick(fixture, 26);
        await Task.WhenAll(socket.UntilEvent("ping"), stream.UntilEvent("ping"), heard.UntilEvent("ping"));
        await Tick(fixture, 4);
        heard.Outlet.Heard();
        await Tick(fixture, 3);
        Assert.Equal(1001, (await socket.Closed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Code);
        await Tick(fixture, 1);
        await socket.Aborted.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal((false, false), (stream.Outlet.IsClosed, heard.Outlet.IsClosed));
    }

    [Fact]
    public async Task A_connection_that_breaks_is_ended_and_the_others_go_on()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var broken = new Watcher(fixture);
        using var other = new Watcher(fixture);
        await broken.Join("sessions");
        await other.Join("sessions");
        await broken.Drained();
        broken.Broken = true;
        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" })).Seq;
        await broken.Aborted.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await other.Until(last);
    }

    [Fact]
    public async Task A_farewell_says_when_to_come_back_and_closes_with_1012()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var watcher = new Watcher(fixture);
        watcher.Outlet.Farewell(1500);
        Assert.Equal(1012, (await watcher.Closed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Code);
        Assert.Equal(1500, Assert.Single(watcher.Heard, frame => frame.Event == "reconnect_after_ms").Seq);
    }

    /// <summary>Lets time pass, and waits until the shards have looked at their connections.</summary>
    private static async Task Tick(HubFixture fixture, int seconds)
    {
        fixture.Clock.Advance(TimeSpan.FromSeconds(seconds));
        for (var i = 0; i < 2; i++)
        {
            using var probe = new Watcher(fixture);
            await probe.Drained();
        }
    }
}

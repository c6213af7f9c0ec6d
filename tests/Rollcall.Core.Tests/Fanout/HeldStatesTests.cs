using System.Diagnostics;
using System.Runtime.InteropServices;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>What slow readers hold of large states is bounded: who is new begins with one that is there, and is told what followed.</summary>
public sealed class HeldStatesTests
{
    [Fact]
    public async Task States_that_are_held_are_bounded_and_who_is_told_an_older_one_is_told_what_followed()
    {
        const int watchers = 60;
        await using var fixture = await LargeStateTests.Fleet(1_000);
        var (held, all) = (new HashSet<byte[]>(), new List<Watcher>());
        for (var i = 0; i < watchers; i++)
        {
            await LargeStateTests.Change(fixture, 1);
            all.Add(await Begin(fixture, held));
        }

        var last = await LargeStateTests.Change(fixture, 1);
        foreach (var watcher in all)
        {
            await watcher.Until(last);
            LargeStateTests.AssertWhole(watcher, last);
            watcher.Dispose();
        }

        Assert.InRange(Bytes(held), Weight.Most / 2, Weight.Most + held.Max(state => state.Length));
        Assert.InRange(all.Select(watcher => watcher.Heard[0].Seq).Distinct().Count(), 2, watchers - 1);
    }

    [Fact]
    public async Task While_time_goes_by_there_is_one_more_now_and_then_and_the_more_are_held_the_more_seldom()
    {
        await using var fixture = await LargeStateTests.Fleet(1_000);

        // The aggregate changes with every second.
        await fixture.Do(new StartTask { SessionId = "s0", TaskId = "t" });
        var (held, all) = (new HashSet<byte[]>(), new List<Watcher>());
        for (var i = 0; i < 150; i++)
        {
            all.Add(await Begin(fixture, held));
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        all.ForEach(watcher => watcher.Dispose());
        Assert.InRange(Bytes(held), Weight.Most, (2 * Weight.Most) + (3L * held.Max(state => state.Length)));
    }

    [Fact]
    public async Task Who_falls_behind_while_too_much_is_held_is_told_what_it_lacks_and_no_state()
    {
        await using var fixture = await LargeStateTests.Fleet(1_000);
        var held = await Fill(fixture);
        using var slow = new Watcher(fixture);
        await slow.Join("sessions");
        await slow.Until(await LargeStateTests.Change(fixture, 1_000));
        slow.Stall();
        slow.Outlet.Send(LineCodec.Reply("stuck"));
        await slow.UntilStalled();
        await LargeStateTests.Change(fixture, 2_000);
        slow.ReadOn();
        var last = await LargeStateTests.Change(fixture, 1);
        await slow.Until(last);

        Assert.All(slow.Heard, frame => Assert.NotEqual("resync", frame.Event));
        LargeStateTests.AssertWhole(slow, last);
        GC.KeepAlive(held);
    }

    [Fact]
    public async Task A_number_of_sessions_that_was_told_since_is_told_to_who_begins_with_an_older_state()
    {
        await using var fixture = await LargeStateTests.Fleet(1_000);
        var held = await Fill(fixture);
        fixture.Hub.Fanout.Publish(new SessionCountChanged { EventType = "session_created", CurrentCount = 4711, Source = "test", Time = fixture.Clock.Now });
        using var watcher = new Watcher(fixture);
        await watcher.Join("sessions");
        await watcher.Until(await LargeStateTests.Change(fixture, 1));

        Assert.Contains(watcher.Heard, frame => frame.Event == "session_event" && frame.Payload.GetProperty("current_count").GetInt64() == 4711);
        GC.KeepAlive(held);
    }

    [Fact]
    public async Task An_older_state_says_when_each_session_was_heard_as_of_some_seconds_ago_at_most()
    {
        await using var fixture = await LargeStateTests.Fleet(1_000);
        var held = await Fill(fixture);
        await fixture.Pass(6);
        await fixture.Do(new Heartbeat { SessionId = "s1" });
        await LargeStateTests.Change(fixture, 1);
        using var watcher = new Watcher(fixture);
        await watcher.Join("sessions");
        await watcher.Until(await LargeStateTests.Change(fixture, 1));

        var told = watcher.Heard[0].Payload.GetProperty("sessions").EnumerateArray().First(session => session.GetProperty("id").GetString() == "s1");
        Assert.Equal(fixture.View("s1")!.LastSeenAt, told.GetProperty("last_seen_at").GetDateTimeOffset());
        GC.KeepAlive(held);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_reads_on_slowly_is_kept_unless_too_much_is_held(bool isTooMuch)
    {
        await using var fixture = await LargeStateTests.Fleet(1_000);
        var held = isTooMuch ? await Fill(fixture) : [];
        using var slow = await Watcher.Stalled(fixture);
        for (var i = 0; i < 15; i++)
        {
            slow.Acknowledge();
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            using var probe = new Watcher(fixture);
            await probe.Drained();
        }

        Assert.Equal(isTooMuch, slow.Outlet.Clock.DoomedSince > 0);
        GC.KeepAlive(held);
    }

    [Fact]
    public async Task What_nobody_holds_any_more_does_not_count_for_long()
    {
        await using var fixture = await LargeStateTests.Fleet(1_000);
        await Fill(fixture);
        for (var began = Stopwatch.GetTimestamp(); fixture.Hub.Fanout.HeldShare > 1;)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task What_a_codec_makes_of_a_state_counts_too()
    {
        await using var fixture = await LargeStateTests.Fleet(100);
        using var watcher = new Watcher(fixture);
        var subscription = fixture.Hub.Fanout.Attach(watcher.Outlet, new Selection([Topic.Parse("sessions")!], null, null), LineCodec.Shared, null, null).Subscription;
        var state = await fixture.Hub.Fanout.Describe(subscription);
        var form = new byte[Weight.Most];
        state.Count(form);
        Assert.InRange(fixture.Hub.Fanout.HeldShare, 1, 1.1);
        GC.KeepAlive(form);
    }

    /// <summary>So many states that no more should be made.</summary>
    private static async Task<HashSet<byte[]>> Fill(HubFixture fixture)
    {
        var held = new HashSet<byte[]>();
        while (Bytes(held) <= Weight.Most)
        {
            await LargeStateTests.Change(fixture, 1);
            (await Begin(fixture, held)).Dispose();
        }

        return held;
    }

    /// <summary>Joins, and holds the state that it is told.</summary>
    private static async Task<Watcher> Begin(HubFixture fixture, HashSet<byte[]> held)
    {
        var watcher = new Watcher(fixture) { IsSocket = false };
        var subscription = fixture.Hub.Fanout.Attach(watcher.Outlet, new Selection([Topic.Parse("*")!], null, null), LineCodec.Shared, null, null).Subscription;
        var state = await fixture.Hub.Fanout.Describe(subscription);
        Assert.True(MemoryMarshal.TryGetArray(state.Json, out var json));
        held.Add(json.Array!);
        watcher.Outlet.Send(LineCodec.Reply("snapshot", state.Seq));
        watcher.Outlet.Start(subscription);
        return watcher;
    }

    private static long Bytes(IEnumerable<byte[]> states) => states.Sum(state => (long)state.Length);
}

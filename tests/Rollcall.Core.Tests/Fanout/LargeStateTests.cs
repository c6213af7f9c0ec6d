using System.Diagnostics;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>A state of megabytes takes time to make and to read, while the fleet goes on: it costs others nothing, and who reads it goes on behind it.</summary>
public sealed class LargeStateTests
{
    private static readonly FanoutOptions OneShard = new() { Shards = 1, BurstTolerance = TimeSpan.Zero };

    [Fact]
    public async Task Who_takes_long_to_read_a_large_state_is_told_what_followed_and_not_another_state()
    {
        await using var fixture = await Fleet(100);
        using var slow = await Watcher.Stalled(fixture);
        await slow.Join("sessions");
        var last = await Change(fixture, 2_000);
        slow.ReadOn();
        await slow.Until(last);
        Assert.All(slow.Heard, frame => Assert.NotEqual("resync", frame.Event));
        AssertWhole(slow, last);
    }

    [Fact]
    public async Task Who_takes_long_to_read_a_large_resync_is_told_what_followed_it_too()
    {
        await using var fixture = await Fleet(100);
        using var slow = new Watcher(fixture);
        await slow.Join("*");
        await slow.Until(await Change(fixture, 1));
        slow.Stall();
        slow.Outlet.Send(LineCodec.Reply("stuck"));
        await slow.UntilStalled();
        await Change(fixture, 2_000);

        // It stalls again in the midst of the state.
        await ReadOn(slow, writes: 5);
        Assert.All(slow.Heard, frame => Assert.NotEqual("resync", frame.Event));
        var last = await Change(fixture, 2_000);
        slow.ReadOn();
        await slow.Until(last);
        Assert.Equal("resync", Assert.Single(slow.Heard.Select(frame => frame.Event), name => name == "resync"));
        AssertWhole(slow, last);
    }

    [Theory]
    [InlineData(9_000, false)]
    [InlineData(11_000, true)]
    public async Task Who_resumes_more_slowly_than_is_told_is_resynced_when_it_lacks_much(int told, bool isResynced)
    {
        await using var fixture = await HubFixture.Start(fanout: OneShard);
        await fixture.Do(new CreateSession { SessionId = "s0" });
        var known = await Change(fixture, 1);
        await Change(fixture, 5);
        using var slow = await Watcher.Stalled(fixture);
        await slow.Join("sessions", known);
        await Change(fixture, told);
        var last = await Change(fixture, 1);
        slow.ReadOn();
        await slow.Until(last);

        Assert.Equal(isResynced, slow.Heard.Any(frame => frame.Event == "resync"));
        AssertWhole(slow, last);
    }

    /// <summary>Only that they ask is at once, on any machine: reading a state takes each its time, in which others are made.</summary>
    [Fact]
    public async Task Many_who_ask_at_once_while_the_fleet_changes_share_a_few_states()
    {
        const int watchers = 120;
        await using var fixture = await Fleet(1_000);
        using var described = new CancellationTokenSource();
        var changing = ChangeUntil(described.Token);
        using var watcher = new Watcher(fixture);
        await UntilStatesRest(fixture, watcher);
        var encoded = fixture.Hub.Fanout.SnapshotEncodings;

        // Each another combination: they share the state of the fleet nevertheless.
        var asking = Enumerable.Range(0, watchers).Select(i => Attach(fixture, watcher, i % 2 == 0 ? ["sessions"] : [$"project:p{i}", "sessions"])).ToList()
            .ConvertAll(subscription => fixture.Hub.Fanout.Describe(subscription).AsTask());
        var states = await Task.WhenAll(asking);
        await described.CancelAsync();
        await changing;

        Assert.All(states, state => Assert.InRange(state.Seq, 1_000, fixture.Log.Head));

        // One for each of the projects, too.
        Assert.InRange(fixture.Hub.Fanout.SnapshotEncodings - encoded - (watchers / 2), 1, watchers / 4);

        async Task ChangeUntil(CancellationToken over)
        {
            while (!over.IsCancellationRequested)
            {
                await Change(fixture, 1);
            }
        }
    }

    /// <summary>Asks for states until one is not made at once: what may go into them without a rest is spent.</summary>
    private static async Task UntilStatesRest(HubFixture fixture, Watcher watcher)
    {
        var began = Stopwatch.GetTimestamp();
        Task asked;
        do
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "states are made without a rest");
            asked = fixture.Hub.Fanout.Describe(Attach(fixture, watcher, ["sessions"])).AsTask();
        }
        while (asked.IsCompleted);
        await asked;
    }

    private static Subscription Attach(HubFixture fixture, Watcher watcher, string[] topics) =>
        fixture.Hub.Fanout.Attach(watcher.Outlet, new Selection([.. topics.Select(name => Topic.Parse(name)!)], null, null), LineCodec.Shared, null, null).Subscription;

    /// <summary>Its pump may come upon the state and the start together, or not.</summary>
    [Fact]
    public async Task What_is_told_before_it_begins_to_read_is_not_taken_for_read()
    {
        for (var i = 0; i < 10; i++)
        {
            await BeginBehindAnEvent();
        }
    }

    private static async Task BeginBehindAnEvent()
    {
        await using var fixture = await Fleet(100);
        using var slow = new Watcher(fixture);
        var subscription = Attach(fixture, slow, ["sessions"]);
        var state = await fixture.Hub.Fanout.Describe(subscription);
        await Change(fixture, 1);
        var read = ReadOn(slow, writes: 3);
        slow.Outlet.Send(LineCodec.Line("sessions", "snapshot", state.Seq, state.Json));
        slow.Outlet.Start(subscription);
        await read;
        var last = await Change(fixture, 2_000);
        slow.ReadOn();
        await slow.Until(last);

        Assert.All(slow.Heard, frame => Assert.NotEqual("resync", frame.Event));
        AssertWhole(slow, last);
    }

    /// <summary>A hub with so many live sessions, the state of each of some 8 KB.</summary>
    internal static async Task<HubFixture> Fleet(int sessions)
    {
        var fixture = await HubFixture.Start(fanout: OneShard);
        for (var i = 0; i < sessions; i++)
        {
            await fixture.Do(new CreateSession { SessionId = $"s{i}", Cwd = new string('y', 8000) });
        }

        return fixture;
    }

    /// <summary>Changes one session so often; the last number.</summary>
    internal static async Task<long> Change(HubFixture fixture, int times)
    {
        foreach (var batch in Enumerable.Range(0, times).Chunk(500))
        {
            await fixture.Hub.Submit([.. batch.Select(_ => new UpdateSession { SessionId = "s0", Name = $"{Guid.CreateVersion7()}{new string('x', 150)}" })]);
        }

        return fixture.Log.Head;
    }

    /// <summary>Has one who stalls read so much, and stall again.</summary>
    private static async Task ReadOn(Watcher slow, int writes)
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        slow.Written = () =>
        {
            if (--writes == 0)
            {
                slow.Stall();
                read.SetResult();
            }
        };
        slow.ReadOn();
        await read.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await slow.UntilStalled();
    }

    /// <summary>Behind each state, or where it resumed, it heard everything, in order.</summary>
    internal static void AssertWhole(Watcher watcher, long last)
    {
        var known = 0L;
        foreach (var frame in watcher.Heard.Where(frame => frame.Seq > 0 && frame.Event is not ("stuck" or "resumed")))
        {
            Assert.True(frame.IsState ? frame.Seq >= known : known == 0 || frame.Seq == known + 1, $"{frame.Event} {frame.Seq} behind {known}");
            known = frame.Seq;
        }

        Assert.Equal(last, known);
    }
}

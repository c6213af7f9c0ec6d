using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

public sealed class SlowReaderTests
{
    private static readonly FanoutOptions OneShard = new() { Shards = 1, BurstTolerance = TimeSpan.Zero };

    [Fact]
    public async Task Orc_a_slow_client_lost_events_kato_it_delayed_all_others_a_slow_watcher_is_resynced_and_nobody_waits_for_it()
    {
        await using var fixture = await HubFixture.Start(fanout: OneShard);
        await fixture.Do(new CreateSession { SessionId = "a" });
        using var slow = new Watcher(fixture);
        using var quick = new Watcher(fixture);
        await slow.Join("session:a");
        await quick.Join("session:a");
        await slow.Drained();
        slow.Stall();
        await fixture.Do(new AppendOutput { SessionId = "a", Text = "first" });
        await slow.UntilStalled();
        for (var piece = 2; piece <= 9; piece++)
        {
            await fixture.Do(new AppendOutput { SessionId = "a", Text = new string('x', 50_000) });
            await quick.UntilEvent("stream_output", piece);
        }

        slow.ReadOn();
        await slow.UntilEvent("resync");
        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" })).Seq;
        await slow.Until(last);
        var heard = slow.Heard;
        var resync = heard.Single(frame => frame.Event == "resync");
        Assert.Equal(Enumerable.Range(6, 6), resync.Payload.GetProperty("output").EnumerateArray().Select(piece => (int)piece.GetProperty("seq").GetInt64()));
        Assert.Equal(last - 1, resync.Seq);
        Assert.DoesNotContain(quick.Heard, frame => frame.Event == "resync");
        var seqs = heard.Select(frame => frame.Seq).ToList();
        Assert.Equal(seqs.Order(), seqs);
    }

    [Fact]
    public async Task Of_many_topics_that_fell_behind_together_the_states_are_made_one_by_one_as_they_are_read()
    {
        const int topics = 12;
        await using var fixture = await HubFixture.Start(fanout: OneShard);
        using var slow = new Watcher(fixture);
        for (var i = 0; i < topics; i++)
        {
            await fixture.Do(new CreateSession { SessionId = $"s{i}" });
            await slow.Join($"session:s{i}");
        }

        await slow.Drained();
        slow.Stall();
        await fixture.Do(new AppendOutput { SessionId = "s0", Text = "first" });
        await slow.UntilStalled();
        for (var i = 0; i < topics; i++)
        {
            await fixture.Hub.Submit([.. Enumerable.Repeat(new AppendOutput { SessionId = $"s{i}", Text = new string('x', 50_000) }, 8)]);
        }

        var made = new List<long> { fixture.Hub.Fanout.SnapshotEncodings };
        slow.Written = () => made.Add(fixture.Hub.Fanout.SnapshotEncodings);
        slow.ReadOn();
        await slow.UntilEvent("resync", topics);

        Assert.All(made.Zip(made.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 0, 1));
        Assert.Equal(topics, made[^1] - made[0]);
    }

    [Fact]
    public async Task Of_many_topics_that_fell_behind_each_goes_on_also_where_a_protocol_has_no_words_for_their_states()
    {
        await using var fixture = await HubFixture.Start(fanout: OneShard);
        using var slow = new Watcher(fixture, new LineCodec { HasNoStates = true });
        foreach (var id in new[] { "a", "b", "c" })
        {
            await fixture.Do(new CreateSession { SessionId = id });
            await slow.Join($"session:{id}");
        }

        await slow.Drained();
        slow.Stall();
        slow.Outlet.Send(LineCodec.Reply("stuck"));
        await slow.UntilStalled();
        foreach (var id in new[] { "a", "b", "c" })
        {
            await fixture.Hub.Submit([.. Enumerable.Repeat(new AppendOutput { SessionId = id, Text = new string('x', 50_000) }, 8)]);
        }

        var made = fixture.Hub.Fanout.SnapshotEncodings;
        slow.ReadOn();
        for (var began = System.Diagnostics.Stopwatch.GetTimestamp(); fixture.Hub.Fanout.SnapshotEncodings < made + 3;)
        {
            // Nothing else wakes it.
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(10), "one that fell behind waits for its next event");
            await Task.Yield();
        }

        await slow.Drained();
        var last = new List<long>();
        foreach (var id in new[] { "a", "b", "c" })
        {
            last.Add((await fixture.Do(new AppendOutput { SessionId = id, Text = "last" })).Seq);
        }

        await slow.Until(last[^1]);
        Assert.Equal(last, slow.Heard.Where(frame => frame.Event == "stream_output").Select(frame => frame.Seq));
    }

    [Fact]
    public async Task A_burst_is_no_reason_to_resync_who_reads_on_within_a_second_and_after_it_is()
    {
        await using var fixture = await HubFixture.Start(fanout: new FanoutOptions { Shards = 1 });
        await fixture.Do(new CreateSession { SessionId = "a" });
        using var watcher = new Watcher(fixture);
        await watcher.Join("session:a");
        await watcher.Drained();
        watcher.Stall();
        await fixture.Do(new AppendOutput { SessionId = "a", Text = "first" });
        await watcher.UntilStalled();
        await JoinTests.FloodOutput(fixture);
        watcher.ReadOn();
        await watcher.UntilEvent("stream_output", 9);
        Assert.DoesNotContain(watcher.Heard, frame => frame.Event == "resync");

        watcher.Stall();
        await fixture.Do(new AppendOutput { SessionId = "a", Text = "again" });
        fixture.Clock.Advance(TimeSpan.FromSeconds(2));
        await JoinTests.FloodOutput(fixture);
        fixture.Clock.Advance(TimeSpan.FromSeconds(2));
        await JoinTests.FloodOutput(fixture);
        watcher.ReadOn();
        await watcher.UntilEvent("resync");
    }

    [Fact]
    public async Task What_one_protocol_cannot_say_keeps_nothing_from_the_others_and_its_watchers_are_resynced()
    {
        await using var fixture = await HubFixture.Start(fanout: OneShard);
        await fixture.Do(new CreateSession { SessionId = "a" });
        var failures = new List<Exception>();
        fixture.Hub.LogFailed += failures.Add;
        var failing = new LineCodec { Frames = told => told.Event == "stream_output" ? throw new FormatException("no word for it") : 1 };
        using var mute = new Watcher(fixture, failing);
        using var other = new Watcher(fixture);
        await mute.Join("session:a");
        await other.Join("session:a");
        await fixture.Hub.Submit([new AppendOutput { SessionId = "a", Text = "x" }, new UpdateSession { SessionId = "a", Name = "n" }]);
        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "m" })).Seq;
        await mute.Until(last);
        await other.Until(last);

        Assert.Equal(["snapshot", "stream_output", "session_updated", "session_updated"], other.Heard.Select(frame => frame.Event));
        Assert.Equal(["snapshot", "resync"], mute.Heard.Select(frame => frame.Event).Take(2));
        Assert.Equal("x", Assert.Single(mute.Heard[1].Payload.GetProperty("output").EnumerateArray()).GetProperty("text").GetString());
        Assert.IsType<FormatException>(Assert.Single(failures));
    }

    [Fact]
    public async Task Who_resumes_over_what_their_protocol_cannot_say_is_resynced_too()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var since = fixture.Hub.View.Seq;
        await fixture.Do(new AppendOutput { SessionId = "a", Text = "x" });
        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" })).Seq;
        var failures = new List<Exception>();
        fixture.Hub.LogFailed += failures.Add;
        var failing = new LineCodec { Frames = told => told.Event == "stream_output" ? throw new FormatException("no word for it") : 1 };
        using var mute = new Watcher(fixture, failing);
        await mute.Join("session:a", since);
        await mute.UntilEvent("resync");
        Assert.Equal("x", Assert.Single(mute.Heard[^1].Payload.GetProperty("output").EnumerateArray()).GetProperty("text").GetString());
        Assert.IsType<FormatException>(Assert.Single(failures));

        await fixture.Do(new UpdateSession { SessionId = "a", Name = "m" });
        await mute.Until(last + 1);
        Assert.Equal("session_updated", mute.Heard[^1].Event);
    }

    [Fact]
    public async Task Replies_are_never_dropped_for_a_slow_watcher()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var slow = new Watcher(fixture);
        await slow.Join("session:a");
        await slow.Drained();
        slow.Stall();
        slow.Outlet.Send(LineCodec.Reply("one"));
        await slow.UntilStalled();
        await JoinTests.FloodOutput(fixture);
        slow.Outlet.Send(LineCodec.Reply("two"));
        slow.ReadOn();
        await slow.UntilEvent("resync");
        Assert.Equal(["snapshot", "one", "two", "resync"], slow.Heard.Select(frame => frame.Event));
    }

    [Fact]
    public async Task No_write_is_larger_than_what_shows_progress_however_large_the_state()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await JoinTests.FloodOutput(fixture);
        using var watcher = new Watcher(fixture);
        await watcher.Join("session:a");
        await watcher.UntilEvent("snapshot");
        Assert.InRange(watcher.LargestWrite, 1, 64 * 1024);
    }

    [Fact]
    public async Task Who_resumes_from_a_slow_disk_does_not_hold_up_the_others()
    {
        await using var fixture = await HubFixture.Start(fanout: OneShard);
        await fixture.Do(new CreateSession { SessionId = "a" });
        using var quick = new Watcher(fixture);
        await quick.Join("session:a");
        fixture.Log.HoldReads();
        using var back = new Watcher(fixture);
        await back.Join("sessions", 0);
        var last = (await fixture.Do(new UpdateSession { SessionId = "a", Name = "n" })).Seq;
        await quick.Until(last);
        fixture.Log.ReleaseReads();
        await back.Until(last);
    }

    [Fact]
    public async Task Replies_wait_only_up_to_their_bound_and_there_is_room_again_when_they_are_read()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var slow = await Watcher.Stalled(fixture);
        await slow.Outlet.RoomToRead();
        var reply = LineCodec.Line("", "reply", 0, System.Text.Encoding.UTF8.GetBytes($"\"{new string('x', 60_000)}\""));
        var taken = Enumerable.Range(0, 6).Select(_ => slow.Outlet.TrySend(reply)).ToList();
        Assert.Equal([true, true, true, true, true, false], taken);
        var room = slow.Outlet.RoomToRead().AsTask();
        Assert.False(room.IsCompleted);
        slow.ReadOn();
        await room.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await slow.UntilEvent("reply", 5);
        await slow.Drained();
        Assert.Equal(5, slow.Heard.Count(frame => frame.Event == "reply"));
    }

    [Fact]
    public async Task Nothing_comes_after_a_subscription_was_stopped()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var watcher = new Watcher(fixture);
        var subscription = await watcher.Join("sessions");
        await watcher.Drained();
        watcher.Outlet.Stop(subscription);
        watcher.Outlet.Send(LineCodec.Reply("left"));
        await JoinTests.Publish(fixture, 5);
        await watcher.Drained();
        Assert.Equal(["snapshot", "left"], watcher.Heard.Select(frame => frame.Event));
    }

    [Fact]
    public async Task Who_leaves_while_it_resumes_hears_no_more_and_neither_does_who_leaves_before_it_began()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await JoinTests.Publish(fixture, 5);
        using var watcher = new Watcher(fixture);
        Subscription? subscription = null;
        fixture.Log.AfterRead = () =>
        {
            watcher.Outlet.Stop(subscription!);
            watcher.Outlet.Send(LineCodec.Reply("left"));
            return Task.CompletedTask;
        };
        var selection = new Selection([Topic.Parse("sessions")!], null, null);
        subscription = fixture.Hub.Fanout.Attach(watcher.Outlet, selection, new LineCodec(), null, 0).Subscription;

        // Newer than what it missed: must not be told instead of that.
        await JoinTests.Publish(fixture, 1);
        watcher.Outlet.Start(subscription);
        await watcher.UntilEvent("left");
        var never = fixture.Hub.Fanout.Attach(watcher.Outlet, selection, new LineCodec(), null, 0).Subscription;
        watcher.Outlet.Stop(never);
        watcher.Outlet.Start(never);
        await watcher.Drained();
        Assert.Equal(["left"], watcher.Heard.Select(frame => frame.Event));
    }
}

using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Hub;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

public sealed class OutletTests
{
    [Fact]
    public async Task Whatever_many_threads_post_at_once_arrives_once_and_in_each_ones_order()
    {
        const int threads = 4, each = 1000;
        await using var fixture = await HubFixture.Start();
        using var watcher = new Watcher(fixture) { IsBusy = true };
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(async () =>
        {
            for (var i = 1; i <= each; i++)
            {
                watcher.Outlet.Send(LineCodec.Reply($"t{thread}", i));
                if (i % 50 == 0)
                {
                    // Lets the pump run dry, so that the next post has to wake it.
                    await watcher.Until(heard => heard.Any(frame => frame.Seq == i && frame.Event == $"t{thread}"));
                }
            }
        }, TestContext.Current.CancellationToken)));
        Assert.All(watcher.Heard.GroupBy(frame => frame.Event), of =>
            Assert.Equal(Enumerable.Range(1, each).Select(i => (long)i), of.Select(frame => frame.Seq)));
    }

    /// <summary>What it was served by may be gone before it, and whoever is told that it is aborted may fail.</summary>
    [Theory]
    [InlineData(typeof(ObjectDisposedException))]
    [InlineData(typeof(AggregateException))]
    public async Task One_that_goes_at_the_very_moment_it_is_thrown_out_takes_nobody_with_it(Type failure)
    {
        await using var fixture = await HubFixture.Start(fanout: new() { Shards = 1 });
        using var gone = new Watcher(fixture) { FailsToAbort = (Exception)Activator.CreateInstance(failure, "gone")!, IsSocket = false };
        using var other = new Watcher(fixture) { IsSocket = false };
        await other.Join("sessions");
        gone.Stall();
        gone.Outlet.Send(LineCodec.Reply("hello"));
        await gone.UntilStalled();
        await fixture.Pass(60);
        await gone.Aborted.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await other.Until((await fixture.Do(new CreateSession { SessionId = "a" })).Seq);
    }

    [Fact]
    public async Task What_was_told_at_once_is_one_write_however_many_chunks_it_fills()
    {
        const int sessions = 60;
        await using var fixture = await HubFixture.Start();
        using var watcher = new Watcher(fixture);
        await watcher.Join("sessions");
        await watcher.Drained();
        var before = watcher.Writes;
        var outcomes = await fixture.Hub.Submit([.. Enumerable.Range(0, sessions).Select(i => new CreateSession { SessionId = $"s-{i}" })]);
        await watcher.Until(outcomes.Cast<Rollcall.Core.Outcome.Accepted>().Max(outcome => outcome.Seq));
        Assert.True(watcher.LargestWrite > 16 * 1024, $"{watcher.LargestWrite} bytes fill several chunks");
        Assert.Equal(before + 1, watcher.Writes);
    }

    [Fact]
    public async Task Who_reads_only_when_there_is_room_never_waits_for_ever()
    {
        await using var fixture = await HubFixture.Start(fanout: new() { MaxReplyBytes = 64, Shards = 1 });
        using var watcher = new Watcher(fixture) { IsBusy = true };
        for (var i = 0; i < 4_000; i++)
        {
            watcher.Outlet.Send(LineCodec.Reply("r", i));
            await watcher.Outlet.RoomToRead().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }

        await watcher.Until(heard => heard.Count == 4_000);
    }

    /// <summary>A pong is two bytes on the wire and some hundred in memory.</summary>
    [Fact]
    public async Task Short_messages_that_wait_count_with_what_they_take()
    {
        await using var fixture = await HubFixture.Start(fanout: new() { MaxReplyBytes = 16 * 1024, Shards = 1 });
        using var watcher = new Watcher(fixture);
        await watcher.Drained();
        watcher.Stall();
        watcher.Outlet.Send(LineCodec.Reply("first"));
        await watcher.UntilStalled();
        var sent = 0;
        var pong = LineCodec.Reply("pong");
        while (watcher.Outlet.TrySend(pong))
        {
            sent++;
        }

        Assert.InRange(sent, 40, 16 * 1024 / (100 + pong.Length));
        var again = watcher.Outlet.TrySend(LineCodec.Reply("refused"));
        Assert.False(again);
        var room = watcher.Outlet.RoomToRead().AsTask();
        Assert.False(room.IsCompleted);
        watcher.ReadOn();
        await room.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await watcher.Drained();
        Assert.DoesNotContain(watcher.Heard, frame => frame.Event == "refused");
    }

    [Fact]
    public async Task Whoever_is_answered_on_and_on_does_not_keep_the_others_from_being_told()
    {
        await using var fixture = await HubFixture.Start(fanout: new() { Shards = 1 });
        using var chatty = new Watcher(fixture);
        using var other = new Watcher(fixture);
        chatty.Written = () => chatty.Outlet.Send(LineCodec.Reply("again"));
        chatty.Outlet.Send(LineCodec.Reply("first"));
        await chatty.UntilEvent("again", times: 10);
        await other.Drained();
        chatty.Written = null;
    }

    [Fact]
    public void Who_posts_where_nothing_waits_is_told_so()
    {
        var mailbox = new Mailbox();
        Assert.True(mailbox.Put(new Post([], 0)));
        Assert.False(mailbox.Put(new Post([], 0)));
        Assert.NotNull(mailbox.TakeAll());
        Assert.True(mailbox.Put(new Post([], 0)));
    }
}

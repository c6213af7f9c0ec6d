using System.Collections.Concurrent;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Fanout;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

public sealed class GatheringTests
{
    [Fact]
    public async Task What_is_gathered_waits_and_is_then_decided_in_one_batch_each_answered_for_itself()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var batches = new List<int>();
        fixture.Hub.Applied += (events, _) => batches.Add(events.Count);
        var gathering = fixture.Hub.Gather();
        var first = gathering.Add(new StartTask { SessionId = "a", TaskId = "t" }).AsTask();
        var refused = gathering.Add(new CompleteTask { SessionId = "a", TaskId = "other" }).AsTask();
        var last = gathering.Add(new CompleteTask { SessionId = "a", TaskId = "t" }).AsTask();
        await fixture.Settle();
        Assert.Empty(batches);
        Assert.False(first.IsCompleted);
        gathering.Submit();
        Assert.IsType<Outcome.Refused>(await refused);
        var (begun, ended) = (Assert.IsType<Outcome.Accepted>(await first), Assert.IsType<Outcome.Accepted>(await last));
        Assert.True(begun.Seq < ended.Seq);
        Assert.Single(batches);
        gathering.Submit();
        await fixture.Settle();
        Assert.Single(batches);
    }

    /// <summary>What is sent with the answer is written in the order that it came to the one shard.</summary>
    [Theory]
    [InlineData(true, "answered", "nobody woken", "answer sent", "told")]
    [InlineData(false, "told", "answered", "answer sent")]
    public async Task On_one_core_whoever_gathers_is_answered_before_anybody_is_told_and_else_meanwhile(bool oneCore, params string[] order)
    {
        await using var fixture = await HubFixture.Start(new HubOptions { OneCore = oneCore }, new FanoutOptions { Shards = 1 });
        var happened = new ConcurrentQueue<string>();
        using var watcher = new Watcher(fixture);
        using var owner = new Watcher(fixture);
        await watcher.Join("sessions");
        await watcher.Drained();
        (watcher.Written, owner.Written) = (() => happened.Enqueue("told"), () => happened.Enqueue("answer sent"));

        var gathering = fixture.Hub.Gather();
        var answered = Give();
        gathering.Submit();

        var seq = await answered;
        await watcher.Until(seq);
        await owner.Until(heard => heard.Count > 0);
        Assert.Equal(order, happened);
        Assert.Equal((1, 0), fixture.Hub.Commands.Total);

        async Task<long> Give()
        {
            var outcome = Assert.IsType<Outcome.Accepted>(await gathering.Add(new CreateSession { SessionId = "a" }).ConfigureAwait(false));

            // Whoever is told meanwhile is told by then.
            SpinWait.SpinUntil(() => !happened.IsEmpty, TimeSpan.FromSeconds(oneCore ? 0.1 : 30));
            happened.Enqueue("answered");
            owner.Outlet.Send(LineCodec.Reply("yes"));

            // On one core nobody is woken for that alone.
            if (!SpinWait.SpinUntil(() => happened.Contains("answer sent"), TimeSpan.FromSeconds(oneCore ? 0.1 : 30)))
            {
                happened.Enqueue("nobody woken");
            }

            return outcome.Seq;
        }
    }

    /// <summary>Whoever was answered and looks finds what it did.</summary>
    [Fact]
    public async Task Who_is_answered_before_anybody_is_told_sees_what_was_done()
    {
        await using var fixture = await HubFixture.Start(new HubOptions { OneCore = true });
        var gathering = fixture.Hub.Gather();
        var seen = Give();
        gathering.Submit();
        Assert.True(await seen);

        async Task<bool> Give()
        {
            await gathering.Add(new CreateSession { SessionId = "a" }).ConfigureAwait(false);
            return fixture.Hub.View.Live.ContainsKey("a");
        }
    }

    [Fact]
    public async Task Not_more_is_gathered_than_the_writer_may_begin_with()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var gathering = fixture.Hub.Gather();
        var answers = Enumerable.Range(0, 100).Select(i => gathering.Add(new AppendOutput { SessionId = "a", Text = $"{i}" }).AsTask()).ToList();
        Assert.IsType<Outcome.Accepted>(await answers[63]);
        await fixture.Settle();
        Assert.False(answers[64].IsCompleted);
        gathering.Submit();
        Assert.All(await Task.WhenAll(answers), answer => Assert.IsType<Outcome.Accepted>(answer));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), (await fixture.Told("a")).OfType<StreamOutput>().Select(output => output.Text));
    }

    [Fact]
    public async Task Each_takes_its_place_in_the_queue_and_where_there_are_too_few_the_last_are_refused()
    {
        await using var fixture = await HubFixture.Start(new HubOptions { QueueLength = 4, BatchLength = 1 });
        await fixture.Do(new CreateSession { SessionId = "a" });
        fixture.Log.HoldAppends();
        var held = fixture.Hub.Submit(new PauseSession { SessionId = "a" }).AsTask();
        await fixture.Log.AppendWaits.Task;
        var gathering = fixture.Hub.Gather();
        var taken = Beat(3);
        Assert.Equal(3, fixture.Hub.Waiting);
        var last = Beat(2);
        Assert.Equal(ErrorCodes.Unavailable, Assert.IsType<Outcome.Refused>(await last[1]).Code);
        Assert.Equal(4, fixture.Hub.Waiting);
        Assert.IsType<Outcome.Refused>(await fixture.Hub.Submit(new Heartbeat { SessionId = "a" }));
        fixture.Log.ReleaseAppends();
        Assert.All(await Task.WhenAll([held, .. taken, last[0]]), answer => Assert.IsType<Outcome.Accepted>(answer));
        Assert.Equal(0, fixture.Hub.Waiting);

        List<Task<Outcome>> Beat(int times)
        {
            List<Task<Outcome>> answers = [.. Enumerable.Range(0, times).Select(_ => gathering.Add(new Heartbeat { SessionId = "a" }).AsTask())];
            gathering.Submit();
            return answers;
        }
    }
}

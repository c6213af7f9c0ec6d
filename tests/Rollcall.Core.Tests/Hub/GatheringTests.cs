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
    public async Task A_queue_that_is_full_refuses_each_of_them()
    {
        await using var fixture = await HubFixture.Start(new HubOptions { QueueLength = 1, BatchLength = 1 });
        await fixture.Do(new CreateSession { SessionId = "a" });
        fixture.Log.HoldAppends();
        var held = fixture.Hub.Submit(new PauseSession { SessionId = "a" }).AsTask();
        await fixture.Log.AppendWaits.Task;
        var waits = fixture.Hub.Submit(new Heartbeat { SessionId = "a" }).AsTask();
        var gathering = fixture.Hub.Gather();
        var answers = Enumerable.Range(0, 3).Select(_ => gathering.Add(new Heartbeat { SessionId = "a" }).AsTask()).ToList();
        gathering.Submit();
        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal(ErrorCodes.Unavailable, Assert.IsType<Outcome.Refused>(answer).Code));
        fixture.Log.ReleaseAppends();
        Assert.IsType<Outcome.Accepted>(await held);
        Assert.IsType<Outcome.Accepted>(await waits);
    }
}

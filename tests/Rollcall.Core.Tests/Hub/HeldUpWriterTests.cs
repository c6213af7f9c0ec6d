using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>A disk that takes its time ends nobody who was heard in time, and neither does a hub that has too much to do.</summary>
public sealed class HeldUpWriterTests
{
    [Theory]
    [InlineData(256)]
    [InlineData(257)]
    public async Task A_batch_in_time_keeps_its_session_however_large_it_is(int reports)
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 10);
        await fixture.Do(new CreateSession { SessionId = "c" });
        var held = await fixture.HoldWriter("c");
        fixture.Clock.Advance(TimeSpan.FromSeconds(8));
        var batch = fixture.Hub.Submit([.. Enumerable.Range(0, reports).Select(_ => new Heartbeat { SessionId = "a" })]).AsTask();
        fixture.Clock.Advance(TimeSpan.FromSeconds(4));
        fixture.Log.ReleaseAppends();
        await held;
        Assert.All(await batch, outcome => Assert.IsType<Outcome.Accepted>(outcome));
        await fixture.Settle();
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task A_report_in_time_that_waits_behind_the_clock_keeps_its_session()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 10);
        await fixture.Do(new CreateSession { SessionId = "b", LeaseSeconds = 5 });
        await fixture.Do(new CreateSession { SessionId = "c" });
        var held = await fixture.HoldWriter("c");
        fixture.Clock.Advance(TimeSpan.FromSeconds(8));
        var report = fixture.Hub.Submit(new Heartbeat { SessionId = "a" }).AsTask();
        fixture.Clock.Advance(TimeSpan.FromSeconds(4));
        fixture.Log.ReleaseAppends();
        await held;
        Assert.IsType<Outcome.Accepted>(await report);
        Assert.NotNull(fixture.View("a"));
        await fixture.Settle();
        Assert.Null(fixture.View("b"));
    }

    [Fact]
    public async Task An_owner_that_is_back_in_time_keeps_its_session()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new CreateSession { SessionId = "b", LeaseSeconds = 20 });
        await fixture.Do(new CreateSession { SessionId = "c" });
        await fixture.LoseOwner("a");
        await fixture.Pass(15);
        var held = await fixture.HoldWriter("c");
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        var back = fixture.Hub.Own("a", LivenessScene.Somebody()).AsTask();
        fixture.Clock.Advance(TimeSpan.FromSeconds(10));
        fixture.Log.ReleaseAppends();
        await held;
        Assert.Null(await back);
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task Who_was_refused_because_too_much_waits_has_the_full_time_again()
    {
        await using var fixture = await HubFixture.Start(new HubOptions { QueueLength = 2, BatchLength = 1 });
        await fixture.Do(new CreateSession { SessionId = "a", LeaseSeconds = 10 });
        await fixture.Do(new CreateSession { SessionId = "b" });
        await fixture.Settle();
        var held = await fixture.HoldWriter("b");
        Task[] fill = [.. Enumerable.Range(0, 2).Select(_ => fixture.Hub.Submit(new PauseSession { SessionId = "b" }).AsTask())];
        for (var i = 0; i < 6; i++)
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(ErrorCodes.Unavailable, Assert.IsType<Outcome.Refused>(await fixture.Hub.Submit(new Heartbeat { SessionId = "a" })).Code);
        }

        fixture.Log.ReleaseAppends();
        await held;
        await Task.WhenAll(fill);
        await fixture.Settle();
        await fixture.CrashesAfter("a", 10, "lease");
    }

    [Fact]
    public async Task A_single_word_waits_for_one_large_batch_and_not_for_all_that_came_before_and_these_keep_their_order()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new CreateSession { SessionId = "b" });
        var held = await fixture.HoldWriter("b");
        Task<IReadOnlyList<Outcome>>[] batches = [.. Enumerable.Range(0, 5).Select(batch => fixture.Hub.Submit(
            [.. Enumerable.Range(0, 2_500).Select(i => (Command)new UpdateSession { SessionId = "a", Name = $"{batch} {i}" })]).AsTask())];
        var word = fixture.Hub.Submit(new UpdateSession { SessionId = "b", Name = "word" }).AsTask();

        fixture.Log.ReleaseAppends();
        await held;
        var seq = Assert.IsType<Outcome.Accepted>(await word).Seq;
        var last = (await Task.WhenAll(batches)).Select(outcomes => Assert.IsType<Outcome.Accepted>(outcomes[^1]).Seq).ToList();

        Assert.Equal(last.Order(), last);
        Assert.True(seq < last[0], $"{seq} behind {last[0]}");
    }
}

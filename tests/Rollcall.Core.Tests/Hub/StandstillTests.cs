using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>A hub that stood still could not hear, however far off the next deadline was when it began to.</summary>
public sealed class StandstillTests
{
    [Theory]
    [InlineData(29.9)]
    [InlineData(31)]
    [InlineData(3600)]
    public async Task A_lease_has_its_full_time_when_the_next_report_finds_it_out(double seconds)
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        fixture.Clock.StandStill(TimeSpan.FromSeconds(seconds));
        await fixture.Settle();
        await fixture.CrashesAfter("a", 30, "lease");
    }

    [Theory]
    [InlineData(29.9)]
    [InlineData(31)]
    [InlineData(3600)]
    public async Task A_lease_has_its_full_time_when_the_clock_finds_it_out(double seconds)
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Settle();
        fixture.Clock.StandStill(TimeSpan.FromSeconds(seconds));
        await fixture.LivesFor("a", 0.5);
        await fixture.CrashesAfter("a", 30, "lease");
    }

    [Theory]
    [InlineData(29.9)]
    [InlineData(31)]
    [InlineData(3600)]
    public async Task An_owner_that_is_away_has_its_grace_anew(double seconds)
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.LoseOwner("a");
        fixture.Clock.StandStill(TimeSpan.FromSeconds(seconds));
        await fixture.LivesFor("a", 0.5);
        await fixture.CrashesAfter("a", 30, "owner");
    }

    [Fact]
    public async Task A_tick_that_waited_when_it_began_ends_nothing()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Do(new CreateSession { SessionId = "b", LeaseSeconds = 25 });
        var held = await fixture.HoldWriter("a");
        fixture.Clock.Advance(TimeSpan.FromSeconds(25.1));
        fixture.Clock.StandStill(TimeSpan.FromSeconds(6));
        fixture.Log.ReleaseAppends();
        await held;
        await fixture.LivesFor("a", 20);
        Assert.NotNull(fixture.View("b"));
    }

    [Fact]
    public async Task It_is_not_forgotten_over_a_batch_that_fails()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        var held = await fixture.HoldWriter("a");
        fixture.Log.FailsToFindReceipts = true;
        var unknown = fixture.Hub.Submit(new Heartbeat { SessionId = "b" }, "key").AsTask();
        fixture.Clock.StandStill(TimeSpan.FromHours(1));
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        fixture.Log.ReleaseAppends();
        await held;
        Assert.IsType<Outcome.Refused>(await unknown);
        fixture.Log.FailsToFindReceipts = false;
        await fixture.LivesFor("a", 2);
    }

    [Fact]
    public async Task An_active_session_is_not_stale_before_it_had_the_time_to_say_something()
    {
        await using var fixture = await HubFixture.StartWith("a");
        fixture.Clock.StandStill(TimeSpan.FromHours(1));
        await fixture.Settle();
        await fixture.Pass(299);
        Assert.False(fixture.View("a")!.Stale);
        await fixture.Pass(2);
        Assert.True(fixture.View("a")!.Stale);
    }

    [Fact]
    public async Task The_alarm_clock_rings_when_it_is_due_and_when_the_hub_stood_still_and_not_once_it_was_stopped()
    {
        var (time, rings) = (new TestClock(), 0);
        await using var clock = new AlarmClock(time, () => rings++, every: Timeout.InfiniteTimeSpan);
        clock.Set(TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(29.999));
        Assert.Equal(0, rings);
        time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal((1, false), (rings, clock.StoodStill(time.Now)));
        clock.Set(TimeSpan.FromHours(1));
        time.StandStill(TimeSpan.FromSeconds(4));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((2, true, false), (rings, clock.StoodStill(time.Now), clock.StoodStill(time.Now)));
        clock.Stop();
        time.StandStill(TimeSpan.FromHours(2));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((2, false), (rings, clock.StoodStill(time.Now)));
    }
}

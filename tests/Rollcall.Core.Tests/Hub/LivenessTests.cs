using Rollcall.Core.Fleet;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>What a session lives by that nobody owns: what is heard of it, and its lease.</summary>
public sealed class LivenessTests
{
    [Fact]
    public async Task A_lease_that_lapses_is_a_crash_with_the_reason_and_other_sessions_are_unaffected()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Do(new CreateSession { SessionId = "b", LeaseSeconds = 60 });
        await fixture.Do(new CreateSession { SessionId = "c" });
        await fixture.CrashesAfter("a", 30, "lease");
        Assert.Equal((2L, 2L), (fixture.View("b")!.Version, fixture.View("c")!.Version));
    }

    [Fact]
    public async Task A_heartbeat_moves_the_time_it_was_seen_and_the_lease_without_an_event()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        var head = fixture.Log.Head;
        for (var i = 0; i < 4; i++)
        {
            await fixture.Pass(20);
            var accepted = await fixture.Do(new Heartbeat { SessionId = "a" });
            Assert.Equal((false, fixture.Clock.Now), (accepted.Changed, fixture.View("a")!.LastSeenAt));
        }

        Assert.Equal(head, fixture.Log.Head);
        await fixture.Pass(31);
        Assert.Null(fixture.View("a"));
    }

    [Fact]
    public async Task A_heartbeat_alone_is_stored_within_its_time()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Pass(1);
        await fixture.Do(new Heartbeat { SessionId = "a" });
        var seen = fixture.View("a")!.LastSeenAt;
        await fixture.Pass(6);
        Assert.Equal(seen, (await fixture.Find("a"))!.View.LastSeenAt);
    }

    [Fact]
    public async Task A_lease_longer_than_staleness_lapses_in_time_though_the_session_was_marked_stale()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 400);
        await fixture.Pass(301);
        Assert.True(fixture.View("a")!.Stale);
        await fixture.Pass(100);
        Assert.Null(fixture.View("a"));
    }

    [Fact]
    public async Task An_active_session_is_stale_after_5_silent_minutes_until_anything_is_heard()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Do(new CreateSession { SessionId = "idle", Status = SessionStatus.Idle });
        await fixture.Pass(299);
        Assert.False(fixture.View("a")!.Stale);
        await fixture.Pass(2);
        Assert.Equal((true, SessionStatus.Active, false), (fixture.View("a")!.Stale, fixture.View("a")!.Status, fixture.View("idle")!.Stale));
        var told = Assert.IsType<SessionUpdated>((await fixture.Told("a"))[^1]);
        Assert.True(told.Stale.Value);
        await fixture.Do(new AppendOutput { SessionId = "a", Text = "x" });
        Assert.False(fixture.View("a")!.Stale);
        await fixture.Pass(301);
        Assert.True(fixture.View("a")!.Stale);
        await fixture.LivesFor("a", 3600);
    }

    [Fact]
    public async Task A_stale_session_that_is_created_again_is_no_longer_stale_and_tells_it()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Pass(301);
        Assert.True(fixture.View("a")!.Stale);
        var again = await fixture.Do(new CreateSession { SessionId = "a" });
        Assert.Equal((false, false), (again.Session!.View.Stale, again.Began));
        Assert.False(Assert.IsType<SessionUpdated>((await fixture.Told("a"))[^1]).Stale.Value);
    }

    [Fact]
    public async Task Nobody_is_stale_because_the_hub_was_down()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Restart(TimeSpan.FromHours(1));
        await fixture.Pass(290);
        Assert.False(fixture.View("a")!.Stale);
        await fixture.Pass(11);
        Assert.True(fixture.View("a")!.Stale);
    }

    [Fact]
    public async Task A_lease_has_its_full_time_after_the_hub_was_down_because_it_could_not_hear()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Restart(TimeSpan.FromHours(1));
        await fixture.CrashesAfter("a", 30, "lease");
    }

    [Fact]
    public async Task A_clock_that_is_put_back_holds_up_neither_a_lease_nor_staleness_nor_an_owners_grace()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Do(new CreateSession { SessionId = "silent" });
        await fixture.Do(new CreateSession { SessionId = "owned" });
        await fixture.LoseOwner("owned");
        fixture.Clock.PutBack(TimeSpan.FromHours(1));

        // What was about to come due shows that time has gone back, and all have their full time from then on.
        await fixture.LivesFor("a", 30);
        Assert.True(fixture.View("a")!.LastSeenAt <= fixture.Clock.Now);
        await fixture.Pass(32);
        await fixture.HasCrashed("a", "lease");
        await fixture.HasCrashed("owned", "owner");
        Assert.False(fixture.View("silent")!.Stale);
        await fixture.Pass(300);
        Assert.True(fixture.View("silent")!.Stale);
    }

    [Fact]
    public async Task What_is_heard_after_the_clock_was_put_back_is_a_sign_of_life()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        fixture.Clock.PutBack(TimeSpan.FromHours(1));
        for (var i = 0; i < 4; i++)
        {
            await fixture.Pass(20);
            await fixture.Do(new Heartbeat { SessionId = "a" });
            Assert.Equal(fixture.Clock.Now, fixture.View("a")!.LastSeenAt);
        }

        await fixture.Restart();
        Assert.True(fixture.View("a")!.LastSeenAt <= fixture.Clock.Now);
        await fixture.CrashesAfter("a", 30, "lease");
    }

    [Fact]
    public async Task A_clock_that_was_put_back_while_the_hub_was_down_holds_up_no_lease()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Restart(() => fixture.Clock.PutBack(TimeSpan.FromHours(1)));
        await fixture.Settle();
        await fixture.CrashesAfter("a", 30, "lease");
    }

    [Fact]
    public void Times_at_which_no_session_need_be_looked_at_any_more_are_forgotten()
    {
        var liveness = new Liveness(new HubOptions(), new Owners());
        var now = DateTimeOffset.UnixEpoch;
        for (var i = 0; i < 1000; i++)
        {
            var view = new SessionView { Id = $"{i}", Status = SessionStatus.Active, LastSeenAt = now };
            liveness.Watch(new Session(view));
            liveness.Watch(new Session(view with { LastSeenAt = now.AddSeconds(-1) }));
            liveness.Watch(new Session(i < 10 ? view : view with { Status = SessionStatus.Terminated }));
        }

        Assert.InRange(liveness.Kept, 10, 100);
        Assert.Equal(10, liveness.Due(now.AddDays(1), id => new Session(new SessionView { Id = id, Status = SessionStatus.Active, LastSeenAt = now })).Count());
    }

    [Fact]
    public void Nor_is_one_of_many_that_end_one_after_the_other_kept()
    {
        var liveness = new Liveness(new HubOptions(), new Owners());
        List<SessionView> views = [.. Enumerable.Range(0, 1000).Select(i => new SessionView { Id = $"{i}", Status = SessionStatus.Active, LastSeenAt = DateTimeOffset.UnixEpoch })];
        views.ForEach(view => liveness.Watch(new Session(view)));
        views.ForEach(view => liveness.Watch(new Session(view with { Status = SessionStatus.Terminated })));

        Assert.InRange(liveness.Kept, 0, 100);
    }

    [Fact]
    public async Task A_new_life_within_one_batch_does_not_inherit_the_lease()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Hub.Submit([new TerminateSession { SessionId = "a" }, new CreateSession { SessionId = "a", Revive = true }]);
        await fixture.LivesFor("a", 60);
        await fixture.Restart(TimeSpan.FromSeconds(60));
        await fixture.LivesFor("a", 60);
    }

    [Fact]
    public async Task A_crash_that_the_log_could_not_take_comes_when_it_can()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        fixture.Log.Fails = true;
        await fixture.Pass(31);
        await fixture.LivesFor("a", 1);
        Assert.InRange(fixture.Log.Appends, 2, 6);
        fixture.Log.Fails = false;
        await fixture.Pass(2);
        await fixture.HasCrashed("a", "lease");
    }

    [Fact]
    public async Task A_report_that_the_log_could_not_take_may_have_been_anybodys_sign_of_life()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Do(new CreateSession { SessionId = "b" });
        await fixture.LoseOwner("b");
        fixture.Log.Fails = true;
        await fixture.Pass(29);
        Assert.IsType<Outcome.Refused>(await fixture.Hub.Submit(new PauseSession { SessionId = "a" }));
        await fixture.Pass(5);
        fixture.Log.Fails = false;
        await fixture.LivesFor("b", 0);
        await fixture.CrashesAfter("a", 25, "lease");
        await fixture.HasCrashed("b", "owner");
    }

    [Fact]
    public async Task A_heartbeat_is_heard_also_while_the_log_takes_no_writes()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        fixture.Log.Fails = true;
        for (var i = 0; i < 12; i++)
        {
            await fixture.Pass(10);
            Assert.IsType<Outcome.Accepted>(await fixture.Hub.Submit(new Heartbeat { SessionId = "a" }));
        }

        var seen = fixture.View("a")!.LastSeenAt;
        fixture.Log.Fails = false;
        await fixture.Restart();
        Assert.Equal(seen, fixture.View("a")!.LastSeenAt);
        await fixture.CrashesAfter("a", 30, "lease");
    }
}

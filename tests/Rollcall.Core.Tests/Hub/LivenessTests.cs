using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

public sealed class LivenessTests
{
    [Fact]
    public async Task A_lease_that_lapses_is_a_crash_with_the_reason_and_other_sessions_are_unaffected()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Do(new CreateSession { SessionId = "b", LeaseSeconds = 60 });
        await fixture.Do(new CreateSession { SessionId = "c" });
        await fixture.Pass(29);
        Assert.NotNull(fixture.View("a"));
        await fixture.Pass(2);
        await Crashed(fixture, "a", "lease");
        Assert.Equal((1L, 1L), (Versions(fixture, "b"), Versions(fixture, "c")));
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
        await fixture.Pass(3600);
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task An_owner_that_is_lost_has_its_grace_and_then_the_session_crashes()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await Owned(fixture, "a");
        await fixture.Pass(3600);
        await fixture.Hub.Disown("a", owner, lost: true);
        await fixture.Settle();
        await fixture.Pass(29);
        Assert.NotNull(fixture.View("a"));
        await fixture.Pass(2);
        await Crashed(fixture, "a", "owner");
    }

    [Fact]
    public async Task Agentcmd_the_grace_always_ended_in_cleanup_an_owner_that_is_back_in_time_prevents_the_crash()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Hub.Disown("a", await Owned(fixture, "a"), lost: true);
        await fixture.Settle();
        await fixture.Pass(29);
        await Owned(fixture, "a");
        await fixture.Pass(3600);
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task An_owner_that_is_back_in_the_very_batch_in_which_its_grace_ends_prevents_the_crash()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Hub.Disown("a", await Owned(fixture, "a"), lost: true);
        await fixture.Settle();
        fixture.Log.HoldAppends();
        var held = fixture.Hub.Submit(new PauseSession { SessionId = "a" }).AsTask();
        await fixture.Log.AppendWaits.Task;
        await fixture.Hub.Own("a", Nobody());
        fixture.Clock.Advance(TimeSpan.FromSeconds(31));
        fixture.Log.ReleaseAppends();
        await held;
        await fixture.Settle();
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task An_owner_that_gives_up_leaves_no_crash_behind()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Hub.Disown("a", await Owned(fixture, "a"), lost: false);
        await fixture.Settle();
        await fixture.Pass(3600);
        Assert.NotNull(fixture.View("a"));
        await fixture.Restart(TimeSpan.FromHours(1));
        await fixture.Pass(3600);
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task An_owner_that_was_replaced_is_told_and_its_loss_means_nothing()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var replaced = 0;
        var first = new Owner((_, _) => true, () => replaced++);
        await fixture.Hub.Own("a", first);
        await Owned(fixture, "a");
        Assert.Equal(1, replaced);
        await fixture.Hub.Disown("a", first, lost: true);
        await fixture.Pass(3600);
        Assert.NotNull(fixture.View("a"));
        Assert.True(fixture.Hub.Owners.Has("a"));
    }

    [Fact]
    public async Task An_owner_whose_old_connection_is_lost_while_its_new_one_joins_does_not_crash_the_session()
    {
        await using var fixture = await HubFixture.Start(new HubOptions { QueueLength = 1, BatchLength = 1 });
        await fixture.Do(new CreateSession { SessionId = "a" });
        var old = await Owned(fixture, "a");
        fixture.Log.HoldAppends();
        var held = fixture.Hub.Submit(new PauseSession { SessionId = "a" }).AsTask();
        await fixture.Log.AppendWaits.Task;
        var filler = fixture.Hub.Submit(new ResumeSession { SessionId = "a" }).AsTask();
        var lost = fixture.Hub.Disown("a", old, lost: true).AsTask();
        var back = fixture.Hub.Own("a", Nobody()).AsTask();
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, filler, lost, back);
        await fixture.Settle();
        await fixture.Pass(3600);
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task An_owner_lost_while_the_hub_was_down_has_its_grace_anew_and_then_the_session_crashes()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await Owned(fixture, "a");
        await fixture.Settle();
        await fixture.Restart(TimeSpan.FromHours(1));
        await fixture.Pass(29);
        Assert.NotNull(fixture.View("a"));
        await fixture.Pass(2);
        await Crashed(fixture, "a", "owner");
    }

    [Fact]
    public async Task A_lease_has_its_full_time_after_the_hub_was_down_because_it_could_not_hear()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Restart(TimeSpan.FromHours(1));
        await fixture.Pass(29);
        Assert.NotNull(fixture.View("a"));
        await fixture.Pass(2);
        await Crashed(fixture, "a", "lease");
    }

    [Fact]
    public async Task A_resumed_session_does_not_crash_because_the_owner_of_its_old_life_left()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await Owned(fixture, "a");
        await fixture.Do(new TerminateSession { SessionId = "a" });
        await fixture.Hub.Disown("a", owner, lost: true);
        await fixture.Pass(60);
        await fixture.Do(new CreateSession { SessionId = "a", Revive = true });
        await fixture.Pass(60);
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task A_new_life_within_one_batch_does_not_inherit_the_lease()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Hub.Submit([new TerminateSession { SessionId = "a" }, new CreateSession { SessionId = "a", Revive = true }]);
        await fixture.Pass(60);
        Assert.NotNull(fixture.View("a"));
        await fixture.Restart(TimeSpan.FromSeconds(60));
        await fixture.Pass(60);
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task A_lease_does_not_run_out_while_an_owner_is_connected_and_runs_from_its_leave_on()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await Owned(fixture, "a");
        Assert.False((await fixture.Do(new CreateSession { SessionId = "a", LeaseSeconds = 1 })).Changed);
        await fixture.Pass(3600);
        Assert.NotNull(fixture.View("a"));
        await fixture.Hub.Disown("a", owner, lost: false);
        await fixture.Settle();
        await fixture.Pass(0.9);
        Assert.NotNull(fixture.View("a"));
        await fixture.Pass(0.2);
        await Crashed(fixture, "a", "lease");
    }

    [Fact]
    public async Task A_lease_that_was_there_before_the_owner_is_there_after_it()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Hub.Disown("a", await Owned(fixture, "a"), lost: false);
        await fixture.Settle();
        await fixture.Pass(31);
        await Crashed(fixture, "a", "lease");
    }

    [Fact]
    public async Task A_lease_given_within_the_grace_takes_the_place_of_the_owner_that_was_lost()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Hub.Disown("a", await Owned(fixture, "a"), lost: true);
        await fixture.Settle();
        await fixture.Pass(10);
        await fixture.Do(new CreateSession { SessionId = "a", LeaseSeconds = 60 });
        await fixture.Pass(59);
        Assert.NotNull(fixture.View("a"));
        await fixture.Pass(2);
        await Crashed(fixture, "a", "lease");
    }

    [Fact]
    public async Task A_lease_given_in_the_very_batch_in_which_the_grace_ends_prevents_the_crash()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Hub.Disown("a", await Owned(fixture, "a"), lost: true);
        await fixture.Settle();
        fixture.Log.HoldAppends();
        var held = fixture.Hub.Submit(new PauseSession { SessionId = "a" }).AsTask();
        await fixture.Log.AppendWaits.Task;
        var leased = fixture.Do(new CreateSession { SessionId = "a", LeaseSeconds = 60 });
        fixture.Clock.Advance(TimeSpan.FromSeconds(31));
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, leased);
        await fixture.Settle();
        Assert.NotNull(fixture.View("a"));
        await fixture.Pass(61);
        await Crashed(fixture, "a", "lease");
    }

    [Fact]
    public async Task An_owner_that_is_lost_after_a_lease_was_given_still_crashes_after_its_grace()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 400);
        await fixture.Hub.Disown("a", await Owned(fixture, "a"), lost: true);
        await fixture.Settle();
        await fixture.Pass(31);
        await Crashed(fixture, "a", "owner");
    }

    [Fact]
    public async Task An_owner_and_a_lease_both_survive_a_restart_of_the_hub()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 60);
        await Owned(fixture, "a");
        await fixture.Settle();
        await fixture.Restart(TimeSpan.FromHours(1));
        var owner = await Owned(fixture, "a");
        await fixture.Pass(3600);
        await fixture.Hub.Disown("a", owner, lost: false);
        await fixture.Settle();
        await fixture.Pass(59);
        Assert.NotNull(fixture.View("a"));
        await fixture.Pass(2);
        await Crashed(fixture, "a", "lease");
    }

    [Fact]
    public async Task An_owner_that_a_lease_took_the_place_of_is_not_waited_for_after_a_restart()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Hub.Disown("a", await Owned(fixture, "a"), lost: true);
        await fixture.Do(new CreateSession { SessionId = "a", LeaseSeconds = 60 });
        await fixture.Restart(TimeSpan.FromHours(1));
        await fixture.Pass(59);
        Assert.NotNull(fixture.View("a"));
        await fixture.Pass(2);
        await Crashed(fixture, "a", "lease");
    }

    [Fact]
    public async Task An_owner_that_stays_through_the_end_of_a_life_owns_the_next_one_and_its_lease_does_not_run_out()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await Owned(fixture, "a");
        await fixture.Do(new TerminateSession { SessionId = "a" });
        await fixture.Do(new CreateSession { SessionId = "a", Revive = true, LeaseSeconds = 30 });
        await fixture.Pass(3600);
        Assert.NotNull(fixture.View("a"));
        await fixture.Hub.Disown("a", owner, lost: true);
        await fixture.Settle();
        await fixture.Pass(31);
        await Crashed(fixture, "a", "owner");
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
    public async Task A_crash_that_the_log_could_not_take_comes_when_it_can()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        fixture.Log.Fails = true;
        await fixture.Pass(31);
        await fixture.Pass(1);
        Assert.NotNull(fixture.View("a"));
        Assert.InRange(fixture.Log.Appends, 2, 6);
        fixture.Log.Fails = false;
        await fixture.Pass(2);
        await Crashed(fixture, "a", "lease");
    }

    private static long Versions(HubFixture fixture, string id) => fixture.View(id)!.Version - 1;

    private static Owner Nobody() => new((_, _) => true, () => { });

    [Fact]
    public async Task An_owner_that_ends_its_session_and_goes_while_the_log_fails_leaves_one_that_still_crashes()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await Owned(fixture, "a");
        await fixture.Settle();
        fixture.Log.HoldAppends();
        var held = fixture.Hub.Submit(new PauseSession { SessionId = "a" }).AsTask();
        await fixture.Log.AppendWaits.Task;
        fixture.Log.Fails = true;
        var ended = fixture.Hub.Submit(new TerminateSession { SessionId = "a" }).AsTask();
        await fixture.Hub.Disown("a", owner, lost: true);
        fixture.Log.ReleaseAppends();
        await held;
        Assert.IsType<Outcome.Refused>(await ended);
        fixture.Log.Fails = false;
        await fixture.Pass(31);
        await fixture.Settle();
        await Crashed(fixture, "a", "owner");
    }

    [Fact]
    public async Task A_fleet_that_is_paused_twice_at_once_is_told_once()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var seqs = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => fixture.Hub.Record(new FleetPaused()).AsTask()));
        Assert.Equal(seqs[0], seqs[1]);
        Assert.Single(await fixture.Told(), told => told is FleetPaused);
    }

    private static async Task<Owner> Owned(HubFixture fixture, string id)
    {
        var owner = Nobody();
        await fixture.Hub.Own(id, owner);
        return owner;
    }

    private static async Task Crashed(HubFixture fixture, string id, string why)
    {
        Assert.Null(fixture.View(id));
        var told = (await fixture.Told(id)).TakeLast(3).ToList();
        Assert.Equal(["session_status", "session_status", "session_terminated"], told.Select(e => e.EventName));
        var end = Assert.IsType<SessionTerminated>(told[2]);
        Assert.Equal(TerminationReason.Crashed, end.Reason);
        Assert.Contains(why, end.Error, StringComparison.Ordinal);
        Assert.All(told.OfType<SessionStatusChanged>(), e => Assert.Equal(end.Error, e.Error));
        Assert.Equal((SessionState.Error, end.Error), ((await fixture.Find(id))!.View.State, (await fixture.Find(id))!.View.ErrorMessage));
    }
}

using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>Sessions that have an owner and a lease, one after the other or both.</summary>
public sealed class OwnersAndLeasesTests
{
    [Fact]
    public async Task A_lease_does_not_run_out_while_an_owner_is_connected_and_runs_from_its_leave_on()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await fixture.Owned("a");
        Assert.False((await fixture.Do(new CreateSession { SessionId = "a", LeaseSeconds = 1 })).Changed);
        await fixture.LivesFor("a", 3600);
        await fixture.Leaves("a", owner, lost: false);
        await fixture.LivesFor("a", 0.9);
        await fixture.Pass(0.2);
        await fixture.HasCrashed("a", "lease");
    }

    [Fact]
    public async Task A_lease_that_was_there_before_the_owner_is_there_after_it()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 30);
        await fixture.Leaves("a", await fixture.Owned("a"), lost: false);
        await fixture.Pass(31);
        await fixture.HasCrashed("a", "lease");
    }

    [Fact]
    public async Task A_lease_given_within_the_grace_takes_the_place_of_the_owner_that_was_lost()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.LoseOwner("a");
        await fixture.Pass(10);
        await fixture.Do(new CreateSession { SessionId = "a", LeaseSeconds = 60 });
        await fixture.CrashesAfter("a", 60, "lease");
    }

    [Fact]
    public async Task A_lease_given_in_the_very_batch_in_which_the_grace_ends_prevents_the_crash()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.LoseOwner("a");
        var held = await fixture.HoldWriter("a");
        var leased = fixture.Do(new CreateSession { SessionId = "a", LeaseSeconds = 60 });
        fixture.Clock.Advance(TimeSpan.FromSeconds(31));
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, leased);
        await fixture.Settle();
        Assert.NotNull(fixture.View("a"));
        await fixture.Pass(61);
        await fixture.HasCrashed("a", "lease");
    }

    [Fact]
    public async Task An_owner_that_is_lost_after_a_lease_was_given_still_crashes_after_its_grace()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 400);
        await fixture.LoseOwner("a");
        await fixture.Pass(31);
        await fixture.HasCrashed("a", "owner");
    }

    [Fact]
    public async Task An_owner_and_a_lease_both_survive_a_restart_of_the_hub()
    {
        await using var fixture = await HubFixture.StartWith("a", lease: 60);
        await fixture.Owned("a");
        await fixture.Settle();
        await fixture.Restart(TimeSpan.FromHours(1));
        var owner = await fixture.Owned("a");
        await fixture.Pass(3600);
        await fixture.Leaves("a", owner, lost: false);
        await fixture.CrashesAfter("a", 60, "lease");
    }

    [Fact]
    public async Task An_owner_that_a_lease_took_the_place_of_is_not_waited_for_after_a_restart()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Hub.Disown("a", await fixture.Owned("a"), lost: true);
        await fixture.Do(new CreateSession { SessionId = "a", LeaseSeconds = 60 });
        await fixture.Restart(TimeSpan.FromHours(1));
        await fixture.CrashesAfter("a", 60, "lease");
    }

    [Fact]
    public async Task An_owner_that_stays_through_the_end_of_a_life_owns_the_next_one_and_its_lease_does_not_run_out()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await fixture.Owned("a");
        await fixture.Do(new TerminateSession { SessionId = "a" });
        await fixture.Do(new CreateSession { SessionId = "a", Revive = true, LeaseSeconds = 30 });
        await fixture.LivesFor("a", 3600);
        await fixture.Leaves("a", owner, lost: true);
        await fixture.Pass(31);
        await fixture.HasCrashed("a", "owner");
    }
}

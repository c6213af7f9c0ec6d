using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>What a session lives by that somebody owns: the connection of its owner.</summary>
public sealed class OwnerLivenessTests
{
    [Fact]
    public async Task An_owner_that_is_lost_has_its_grace_and_then_the_session_crashes()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await fixture.Owned("a");
        await fixture.Pass(3600);
        await fixture.Leaves("a", owner, lost: true);
        await fixture.CrashesAfter("a", 30, "owner");
    }

    [Fact]
    public async Task Agentcmd_the_grace_always_ended_in_cleanup_an_owner_that_is_back_in_time_prevents_the_crash()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.LoseOwner("a");
        await fixture.Pass(29);
        await fixture.Owned("a");
        await fixture.LivesFor("a", 3600);
    }

    [Fact]
    public async Task An_owner_that_is_back_in_the_very_batch_in_which_its_grace_ends_prevents_the_crash()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.LoseOwner("a");
        var held = await fixture.HoldWriter("a");
        var back = fixture.Owned("a");
        fixture.Clock.Advance(TimeSpan.FromSeconds(31));
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, back);
        await fixture.Settle();
        Assert.NotNull(fixture.View("a"));
    }

    [Fact]
    public async Task An_owner_that_gives_up_leaves_no_crash_behind()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Leaves("a", await fixture.Owned("a"), lost: false);
        await fixture.LivesFor("a", 3600);
        await fixture.Restart(TimeSpan.FromHours(1));
        await fixture.LivesFor("a", 3600);
    }

    [Fact]
    public async Task An_owner_that_was_replaced_is_told_and_its_loss_means_nothing()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var replaced = 0;
        var first = new Owner((_, _) => true, () => replaced++);
        await fixture.Hub.Own("a", first);
        await fixture.Owned("a");
        Assert.Equal(1, replaced);
        await fixture.Hub.Disown("a", first, lost: true);
        await fixture.LivesFor("a", 3600);
        Assert.True(fixture.Hub.Owners.Has("a"));
    }

    [Fact]
    public async Task An_owner_whose_old_connection_is_lost_while_its_new_one_joins_does_not_crash_the_session()
    {
        await using var fixture = await HubFixture.Start(new HubOptions { QueueLength = 1, BatchLength = 1 });
        await fixture.Do(new CreateSession { SessionId = "a" });
        var old = await fixture.Owned("a");
        var held = await fixture.HoldWriter("a");
        var filler = fixture.Hub.Submit(new ResumeSession { SessionId = "a" }).AsTask();
        var lost = fixture.Hub.Disown("a", old, lost: true).AsTask();
        var back = fixture.Hub.Own("a", LivenessScene.Somebody()).AsTask();
        fixture.Log.ReleaseAppends();
        await Task.WhenAll(held, filler, lost, back);
        await fixture.Settle();
        await fixture.LivesFor("a", 3600);
    }

    [Fact]
    public async Task An_owner_lost_while_the_hub_was_down_has_its_grace_anew_and_then_the_session_crashes()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Owned("a");
        await fixture.Settle();
        await fixture.Restart(TimeSpan.FromHours(1));
        await fixture.CrashesAfter("a", 30, "owner");
    }

    [Fact]
    public async Task A_resumed_session_does_not_crash_because_the_owner_of_its_old_life_left()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await fixture.Owned("a");
        await fixture.Do(new TerminateSession { SessionId = "a" });
        await fixture.Hub.Disown("a", owner, lost: true);
        await fixture.Pass(60);
        await fixture.Do(new CreateSession { SessionId = "a", Revive = true });
        await fixture.LivesFor("a", 60);
    }

    [Fact]
    public async Task An_owner_that_ends_its_session_and_goes_while_the_log_fails_leaves_one_that_still_crashes()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var owner = await fixture.Owned("a");
        await fixture.Settle();
        var held = await fixture.HoldWriter("a");
        fixture.Log.Fails = true;
        var ended = fixture.Hub.Submit(new TerminateSession { SessionId = "a" }).AsTask();
        await fixture.Hub.Disown("a", owner, lost: true);
        fixture.Log.ReleaseAppends();
        await held;
        Assert.IsType<Outcome.Refused>(await ended);
        fixture.Log.Fails = false;
        await fixture.Pass(31);
        await fixture.Settle();
        await fixture.HasCrashed("a", "owner");
    }
}

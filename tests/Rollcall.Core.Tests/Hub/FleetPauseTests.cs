using Microsoft.Data.Sqlite;
using Rollcall.Core.Tests.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>The mark of the fleet as a whole.</summary>
public sealed class FleetPauseTests
{
    [Fact]
    public async Task A_fleet_that_is_paused_twice_at_once_is_told_once()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var seqs = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => fixture.Hub.Record(new FleetPaused()).AsTask()));
        Assert.Equal(seqs[0], seqs[1]);
        Assert.Single(await fixture.Told(), told => told is FleetPaused);
    }

    [Fact]
    public async Task A_repeated_pause_does_not_override_a_resume_that_came_between_in_one_batch_in_two_and_over_a_restart()
    {
        await using var fixture = await HubFixture.StartWith("a");
        var held = await fixture.HoldWriter("a");
        var together = new[] { fixture.Hub.Record(new FleetPaused(), "k").AsTask(), fixture.Hub.Record(new FleetResumed()).AsTask(), fixture.Hub.Record(new FleetPaused(), "k").AsTask() };
        fixture.Log.ReleaseAppends();
        await held;
        var seqs = await Task.WhenAll(together);
        Assert.Equal((seqs[0], seqs[0] + 1), (seqs[2], seqs[1]));

        Assert.Equal(seqs[0], await fixture.Hub.Record(new FleetPaused(), "k"));
        await fixture.Restart();
        Assert.Equal(seqs[0], await fixture.Hub.Record(new FleetPaused(), "k"));
        Assert.False(fixture.Hub.View.State.Period.FleetPaused);
        Assert.True(await fixture.Hub.Record(new FleetPaused(), "other") > seqs[1]);
    }

    [Fact]
    public async Task A_pause_that_changed_nothing_changes_nothing_when_it_is_repeated_either()
    {
        await using var fixture = await HubFixture.StartWith("a");
        await fixture.Hub.Record(new FleetPaused());
        var first = await fixture.Hub.Record(new FleetPaused(), "k");
        await fixture.Hub.Record(new FleetResumed());
        await fixture.Restart();
        Assert.Equal(first, await fixture.Hub.Record(new FleetPaused(), "k"));
        Assert.False(fixture.Hub.View.State.Period.FleetPaused);
    }

    /// <summary>As a hub of an earlier version kept it.</summary>
    [Fact]
    public async Task A_pause_of_which_no_outcome_is_kept_changes_nothing_when_it_is_repeated()
    {
        await using var rig = await FleetRig.Start();
        await rig.Hub.Record(new FleetPaused(), "k");
        using (var db = new SqliteConnection($"Data Source={rig.Database};Pooling=False"))
        {
            db.Open();
            using var update = db.CreateCommand();
            update.CommandText = "UPDATE receipts SET outcomes = NULL";
            Assert.Equal(1, update.ExecuteNonQuery());
        }

        var resumed = await rig.Hub.Record(new FleetResumed());
        Assert.Equal(resumed, await rig.Hub.Record(new FleetPaused(), "k"));
        Assert.False(rig.Hub.View.State.Period.FleetPaused);
    }
}

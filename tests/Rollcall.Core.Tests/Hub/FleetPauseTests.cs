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
}

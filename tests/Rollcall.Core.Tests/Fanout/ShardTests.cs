using Rollcall.Core.Fanout;
using Rollcall.Core.Tests.Hub;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

public sealed class ShardTests
{
    /// <summary>On a busy machine some are at work before the others are there.</summary>
    [Fact]
    public async Task All_of_many_go_on_however_early_each_looks_at_its_connections()
    {
        await using var fixture = await HubFixture.Start();
        var options = new FanoutOptions { Shards = 300, Resolution = TimeSpan.FromTicks(1000) };
        for (var i = 0; i < 5; i++)
        {
            var hub = new Core.Fanout.Fanout(
                fixture.Log, new Snapshots(fixture.Log, TimeProvider.System, TimeSpan.FromMinutes(5)), fixture.Hub.View, options, TimeProvider.System);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);

            // One that has ended by a failure throws it here.
            await hub.DisposeAsync();
        }
    }
}

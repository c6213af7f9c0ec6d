using Rollcall.Core.Tests.Hub;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>Measures the whole process, so that nothing else runs beside it.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    [Fact]
    public async Task What_is_kept_for_a_stalled_watcher_is_bounded()
    {
        await using var fixture = await HubFixture.StartWith("a");
        using var slow = new Watcher(fixture);
        await slow.Join("session:a");
        await slow.Drained();
        slow.Stall();
        await JoinTests.FloodOutput(fixture);
        await slow.UntilStalled();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 20; i++)
        {
            await JoinTests.FloodOutput(fixture);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4 * 1024 * 1024);
    }
}

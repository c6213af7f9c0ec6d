using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fleet;

public sealed class WorkPeriodTests
{
    private static readonly TimeSpan Shift = TimeSpan.FromHours(5);

    [Fact]
    public async Task It_begins_after_30_idle_minutes_also_when_the_clock_was_put_back()
    {
        await using var rig = await FleetRig.Start();
        await Work(rig);
        rig.Clock.PutBack(Shift);
        await rig.Do(new Heartbeat { SessionId = "a" });
        rig.Clock.Advance(TimeSpan.FromMinutes(30));
        await rig.StartTask("a", "next period");
        Assert.Equal((0, 0, 0m), Used(rig));
        rig.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal((1200, 0, 0m), Used(rig));
    }

    [Fact]
    public async Task Its_duration_goes_on_when_the_clock_is_put_back()
    {
        await using var rig = await FleetRig.Start();
        await rig.Create("a");
        await rig.StartTask("a", "t");
        rig.Clock.PutBack(Shift);
        await rig.Do(new Heartbeat { SessionId = "a" });
        rig.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal((1200, 0, 0m), Used(rig));
    }

    [Fact]
    public async Task Nobody_has_to_live_when_the_clock_is_put_back()
    {
        await using var rig = await FleetRig.Start();
        await Work(rig);
        await rig.End("a");
        rig.Clock.PutBack(Shift);
        await rig.Hub.Submit(new Heartbeat { SessionId = "nobody" });
        rig.Clock.Advance(TimeSpan.FromMinutes(30));
        await rig.Create("b");
        await rig.StartTask("b", "next period");
        Assert.Equal((0, 0, 0m), Used(rig));
    }

    [Fact]
    public async Task Nor_does_the_hub_have_to_run()
    {
        await using var rig = await FleetRig.Start();
        await Work(rig);
        await rig.End("a");
        await rig.Restart(() => rig.Clock.PutBack(Shift));
        rig.Clock.Advance(TimeSpan.FromMilliseconds(2));
        await rig.Hub.Settle(TestContext.Current.CancellationToken);
        rig.Clock.Advance(TimeSpan.FromMinutes(30));
        await rig.Create("b");
        await rig.StartTask("b", "next period");
        Assert.Equal((0, 0, 0m), Used(rig));
    }

    private static async Task Work(FleetRig rig)
    {
        await rig.Create("a");
        await rig.Do(new StartTask { SessionId = "a", TaskId = "t" }, new ReportUsage { SessionId = "a", InputTokens = 1000, CostUsd = 5 });
        rig.Clock.Advance(TimeSpan.FromMinutes(10));
        await rig.CompleteTask("a", "t");
    }

    private static (long Seconds, long InputTokens, decimal CostUsd) Used(FleetRig rig)
    {
        var now = rig.Hub.View.State.Period.At(rig.Clock.Now, rig.Options.WorkPeriodGap);
        return (now.DurationSeconds, now.InputTokens, now.EstimatedCostUsd);
    }
}

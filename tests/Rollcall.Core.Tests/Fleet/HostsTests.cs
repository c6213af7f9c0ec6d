using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fleet;

public sealed class HostsTests
{
    [Fact]
    public void A_host_that_is_not_heard_is_stale_after_60_s_then_down_and_forgotten_after_a_day()
    {
        var clock = new TestClock();
        var hosts = new Hosts("hub", new FleetOptions(), clock);
        hosts.Report("worker", new HostFigures { CpuPercent = 12 });
        Assert.Equal(HostStatus.Up, hosts.All["worker"].Status);
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(HostStatus.Stale, hosts.All["worker"].Status);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HostStatus.Down, hosts.All["worker"].Status);
        hosts.Report("worker", new HostFigures { CpuPercent = 13 });
        Assert.Equal((HostStatus.Up, 13), (hosts.All["worker"].Status, hosts.All["worker"].Figures.CpuPercent));
        clock.Advance(TimeSpan.FromHours(24));
        Assert.Empty(hosts.All);
    }

    [Fact]
    public void A_host_that_is_not_heard_is_down_after_3_minutes_also_when_the_clock_was_put_back()
    {
        var clock = new TestClock();
        var hosts = new Hosts("hub", new FleetOptions(), clock);
        hosts.Report("worker", new HostFigures());
        clock.PutBack(TimeSpan.FromHours(5));
        Assert.Equal((HostStatus.Up, clock.Now), (hosts.All["worker"].Status, hosts.All["worker"].LastSeenAt));
        clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(HostStatus.Down, hosts.All["worker"].Status);
    }

    [Fact]
    public void Hosts_are_bounded_and_those_that_are_known_go_on_reporting()
    {
        var hosts = new Hosts("hub", new FleetOptions(), new TestClock());
        Assert.All(Enumerable.Range(0, Hosts.MostHosts), i => Assert.True(hosts.Report($"h{i}", new HostFigures())));
        Assert.False(hosts.Report("one more", new HostFigures()));
        Assert.True(hosts.Report("h0", new HostFigures()));
    }

    [Fact]
    public async Task The_hubs_own_figures_count_commands_and_the_refused_part_of_the_last_minute()
    {
        await using var rig = await FleetRig.Start();
        await rig.Create("a", "b", "c");
        await rig.Hub.Submit(new PauseSession { SessionId = "nobody" });
        var figures = HubFigures.Of(rig.Hub, rig.Options.WorkPeriodGap, TimeSpan.FromSeconds(9), rig.Clock.Now);
        Assert.Equal((4, 1, 0.25, 9), (figures.CommandsTotal, figures.CommandsRefused, figures.ErrorRate, figures.UptimeSeconds));
        rig.Clock.Advance(TimeSpan.FromSeconds(61));
        figures = HubFigures.Of(rig.Hub, rig.Options.WorkPeriodGap, TimeSpan.FromSeconds(70), rig.Clock.Now);
        Assert.Equal((4, 1, 0), (figures.CommandsTotal, figures.CommandsRefused, figures.ErrorRate));
    }
}

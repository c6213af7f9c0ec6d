using Rollcall.Core.Alerts;
using Rollcall.Core.Fleet;
using Rollcall.Core.Tests.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Alerts;

public sealed class AlertReadingsTests
{
    [Theory]
    [InlineData(SessionStatus.Waiting)]
    [InlineData(SessionStatus.Error)]
    public async Task A_session_is_told_of_after_10_minutes_also_when_the_clock_was_put_back(SessionStatus status)
    {
        await using var scene = await Scene.Start();
        await scene.Rig.Create("a");
        await scene.Rig.Do(new ChangeStatus { SessionId = "a", Status = status });
        scene.Rig.Clock.PutBack(TimeSpan.FromHours(5));
        Assert.Empty(await scene.Evaluate());
        scene.Rig.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.IsType<SystemAlert>(Assert.Single(await scene.Evaluate()));
    }

    [Fact]
    public async Task A_container_that_is_down_is_so_when_the_clock_is_put_back()
    {
        await using var scene = await Scene.Start();
        await scene.Evaluate(Container("running"));
        Assert.Single(await scene.Evaluate(Container("dead")));
        scene.Rig.Clock.PutBack(TimeSpan.FromHours(5));
        Assert.Empty(await scene.Evaluate(Container("dead")));
    }

    [Theory]
    [InlineData(SessionStatus.Waiting)]
    [InlineData(SessionStatus.Error)]
    public async Task Of_many_sessions_50_are_told_at_once_and_by_and_by_all(SessionStatus status)
    {
        await using var scene = await Scene.Start();
        var ids = Enumerable.Range(0, 120).Select(i => $"s{i:000}").ToList();
        await scene.Rig.Create(ids);
        foreach (var id in ids)
        {
            await scene.Rig.Do(new ChangeStatus { SessionId = id, Status = status });
            scene.Rig.Clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        scene.Rig.Clock.Advance(TimeSpan.FromMinutes(10));
        foreach (var told in new[] { 50, 100, 120, 120 })
        {
            await scene.Evaluate();
            Assert.Equal(ids.Take(told), scene.Watch.Open.Select(open => open.Alert.Alerts[0].Subject).Order());
        }
    }

    [Fact]
    public async Task With_a_host_its_containers_are_forgotten_and_known_to_run_only_when_they_are_seen_again()
    {
        await using var scene = await Scene.Start();
        scene.Hosts.Report("worker", new HostFigures { Containers = [Container("running")] });
        Assert.Empty(await scene.Evaluate());
        scene.Rig.Clock.Advance(TimeSpan.FromHours(24));
        Assert.Empty(await scene.Evaluate());
        scene.Hosts.Report("worker", new HostFigures { Containers = [Container("dead")] });
        Assert.Empty(await scene.Evaluate());
        scene.Hosts.Report("worker", new HostFigures { Containers = [Container("running")] });
        Assert.Empty(await scene.Evaluate());
        scene.Hosts.Report("worker", new HostFigures { Containers = [Container("dead")] });
        Assert.Equal("worker/web", Assert.IsType<SystemAlert>(Assert.Single(await scene.Evaluate())).Alerts[0].Subject);
    }

    private static ContainerFigures Container(string state) => new() { Name = "web", State = state };

    /// <summary>What the hub looks at every few seconds, looked at when the test says so.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly AlertReadings _readings;

        private Scene(FleetRig rig, AlertWatch watch)
        {
            (Rig, Watch, Hosts) = (rig, watch, new Hosts("hub", new FleetOptions(), rig.Clock));
            var troubles = new Troubles(rig.Hub.View);
            rig.Hub.Applied += troubles.Observe;
            _readings = new AlertReadings(rig.Hub, Hosts, troubles, rig.Clock);
        }

        public FleetRig Rig { get; }

        public AlertWatch Watch { get; }

        public Hosts Hosts { get; }

        public static async Task<Scene> Start()
        {
            var rig = await FleetRig.Start();
            return new Scene(rig, await AlertWatch.Load(rig.Hub, rig.Log, new FleetOptions(), rig.Clock, () => Flags.AllOn));
        }

        public Task<IReadOnlyList<HubEvent>> Evaluate(params ContainerFigures[] containers) =>
            Watch.Evaluate(_readings.Take(Watch.Rules, Watch.Open, containers, true));

        public ValueTask DisposeAsync()
        {
            Watch.Dispose();
            return Rig.DisposeAsync();
        }
    }
}

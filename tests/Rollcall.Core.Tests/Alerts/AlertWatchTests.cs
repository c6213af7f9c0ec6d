using System.Text.Json;
using Rollcall.Core.Alerts;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Tests.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Alerts;

public sealed class AlertWatchTests
{
    private static readonly Reading Hot = new(AlertKind.HighCpu, "hub", 95);
    private static readonly Reading Cool = new(AlertKind.HighCpu, "hub", 5);

    [Fact]
    public async Task An_alert_gets_a_place_in_the_log_and_an_id_and_is_open_until_it_ends()
    {
        await using var rig = await FleetRig.Start();
        using var watch = await Watch(rig);
        await watch.Evaluate([Hot]);
        var open = Assert.Single(watch.Open).Alert;
        Assert.Matches("^alert_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-", open.Id);
        Assert.Equal(1, open.Seq);
        await watch.Evaluate([Cool]);
        Assert.Empty(watch.Open);
        Assert.Equal(["system_alert", "alert_resolved"], (await rig.Log.Read(new LogRange(), TestContext.Current.CancellationToken)).Select(entry => entry.Event));
    }

    [Fact]
    public async Task An_open_alert_is_not_told_again_after_a_restart_and_ends_when_its_condition_does()
    {
        await using var rig = await FleetRig.Start();
        using (var watch = await Watch(rig))
        {
            await watch.Evaluate([Hot]);
        }

        await rig.Restart();
        rig.Clock.Advance(TimeSpan.FromMinutes(5));
        using var again = await Watch(rig);
        Assert.Empty(await again.Evaluate([Hot]));
        Assert.IsType<AlertResolved>(Assert.Single(await again.Evaluate([Cool])));
    }

    [Fact]
    public async Task The_cool_down_survives_a_restart()
    {
        await using var rig = await FleetRig.Start();
        using (var watch = await Watch(rig))
        {
            await watch.Evaluate([Hot]);
            await watch.Evaluate([Cool]);
        }

        await rig.Restart();
        rig.Clock.Advance(TimeSpan.FromSeconds(30));
        using var again = await Watch(rig);
        Assert.Empty(await again.Evaluate([Hot]));
        rig.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Single(await again.Evaluate([Hot]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_cool_down_begins_anew_when_the_clock_is_put_back(bool whileDown)
    {
        await using var rig = await FleetRig.Start();
        using var watch = await Watch(rig);
        await watch.Evaluate([Hot]);
        await watch.Evaluate([Cool]);
        rig.Clock.PutBack(TimeSpan.FromHours(5));
        if (whileDown)
        {
            await rig.Restart();
        }

        using var later = whileDown ? await Watch(rig) : null;
        Assert.Empty(await (later ?? watch).Evaluate([Hot]));
        rig.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Single(await (later ?? watch).Evaluate([Hot]));
    }

    [Fact]
    public async Task An_acknowledgement_is_told_once_and_an_unknown_alert_is_not_found()
    {
        await using var rig = await FleetRig.Start();
        using var watch = await Watch(rig);
        await watch.Evaluate([Hot]);
        var id = watch.Open[0].Alert.Id;
        Assert.True(await watch.Acknowledge(id, "key_1"));
        Assert.True(await watch.Acknowledge(id, "key_2"));
        Assert.False(await watch.Acknowledge("alert_unknown", "key_1"));
        Assert.Equal("key_1", watch.Open[0].AcknowledgedBy);
        Assert.Single(await rig.Log.Read(new LogRange(Event: "alert_acknowledged"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task With_alerts_switched_off_nothing_is_told_and_switched_on_it_is_at_once()
    {
        await using var rig = await FleetRig.Start();
        var flags = Flags.AllOn with { Alerts = false };
        using var watch = await Watch(rig, () => flags);
        Assert.Empty(await watch.Evaluate([Hot]));
        flags = Flags.AllOn;
        Assert.Single(await watch.Evaluate([Hot]));
        flags = flags with { Alerts = false };
        Assert.Empty(await watch.Evaluate([Cool]));
        Assert.Single(await rig.Log.Read(new LogRange(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Rules_are_stored_and_hold_from_the_next_evaluation_on()
    {
        await using var rig = await FleetRig.Start();
        using (var watch = await Watch(rig))
        {
            await watch.Change(JsonDocument.Parse("""{"high_cpu": {"warning": 1, "error": 4}}""").RootElement, "ops");
            Assert.Single(await watch.Evaluate([Cool]));
        }

        await rig.Restart();
        using var again = await Watch(rig);
        Assert.Equal(new AlertRule(1, 4), again.Rules[AlertKind.HighCpu]);
    }

    [Fact]
    public async Task The_history_tells_what_became_of_each_alert_newest_first()
    {
        await using var rig = await FleetRig.Start();
        using var watch = await Watch(rig);
        await watch.Evaluate([Hot]);
        await watch.Acknowledge(watch.Open[0].Alert.Id, "key_1");
        rig.Clock.Advance(TimeSpan.FromMinutes(2));
        await watch.Evaluate([Cool]);
        await watch.Evaluate([Hot]);
        var history = await Read(rig, watch, long.MaxValue, 50);
        Assert.Equal([("open", null), ("resolved", "key_1")], history.Select(alert => (alert.Status, alert.AcknowledgedBy)));
        Assert.Equal(rig.Clock.Now, history[1].ResolvedAt);
        Assert.Equal(history[1].Id, Assert.Single(await Read(rig, watch, history[0].Seq, 50)).Id);
        Assert.Equal(history[0].Id, Assert.Single(await Read(rig, watch, long.MaxValue, 1)).Id);
    }

    [Fact]
    public async Task A_session_that_waits_for_10_minutes_raises_an_alert_and_an_answer_ends_it()
    {
        await using var rig = await FleetRig.Start();
        using var watch = await Watch(rig);
        var (troubles, readings) = Sessions(rig);
        await rig.Create("a", "b");
        await rig.Do(new ChangeStatus { SessionId = "a", Status = SessionStatus.Waiting, WaitingText = "may I?" });
        rig.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Empty(await watch.Evaluate(Take(readings, watch)));
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        var told = Assert.IsType<SystemAlert>(Assert.Single(await watch.Evaluate(Take(readings, watch)))).Alerts[0];
        Assert.Equal(("session_waiting", "a", AlertLevel.Warning), (told.Type, told.Subject, told.Level));
        await rig.Do(new ChangeStatus { SessionId = "a", Status = SessionStatus.Active });
        Assert.IsType<AlertResolved>(Assert.Single(await watch.Evaluate(Take(readings, watch))));
        Assert.Equal(0, troubles.Count);
    }

    [Fact]
    public async Task A_failing_session_is_told_still_fails_after_a_restart_and_its_end_ends_the_alert()
    {
        await using var rig = await FleetRig.Start();
        using (var watch = await Watch(rig))
        {
            var (_, readings) = Sessions(rig);
            await rig.Create("a");
            await rig.Do(new ChangeStatus { SessionId = "a", Status = SessionStatus.Error, ErrorMessage = "no quota" });
            rig.Clock.Advance(TimeSpan.FromMinutes(10));
            Assert.Single(await watch.Evaluate(Take(readings, watch)));
            await rig.Do(new ReportUsage { SessionId = "a", InputTokens = 1 });
        }

        await rig.Restart();
        using var again = await Watch(rig);
        var (_, later) = Sessions(rig);
        Assert.Empty(await again.Evaluate(Take(later, again)));
        await rig.End("a");
        Assert.IsType<AlertResolved>(Assert.Single(await again.Evaluate(Take(later, again))));
    }

    [Fact]
    public async Task An_alert_that_is_open_stays_in_the_history_when_the_log_no_longer_keeps_how_it_was_told()
    {
        await using var rig = await FleetRig.Start();
        using var watch = await Watch(rig);
        ContainerFigures[] Down(int count) => [.. Enumerable.Range(0, count).Select(i => new ContainerFigures { Name = $"c{i}", State = "dead" })];
        var hosts = new Hosts("hub", new FleetOptions(), rig.Clock);
        var readings = new AlertReadings(rig.Hub, hosts, new Troubles(rig.Hub.View), rig.Clock);
        await watch.Evaluate(Take(readings, watch, [.. Down(2).Select(one => one with { State = "running" })]));
        await watch.Evaluate(Take(readings, watch, Down(2)));
        rig.Clock.Advance(TimeSpan.FromDays(2));
        await rig.Log.Prune(new Retention(TimeSpan.FromDays(1), TimeSpan.FromDays(1), long.MaxValue), rig.Clock.Now, TestContext.Current.CancellationToken);
        hosts.Report("worker", new HostFigures { CpuPercent = 99 });
        await watch.Evaluate(Take(readings, watch, Down(2)));

        var open = watch.Open.Select(one => one.Alert.Seq).Order().ToList();
        Assert.Equal(3, open.Count);
        Assert.Equal([open[2], open[1], open[0]], (await Read(rig, watch, long.MaxValue, 50)).Select(view => view.Seq));
        Assert.Equal([open[2], open[1]], (await Read(rig, watch, long.MaxValue, 2)).Select(view => view.Seq));
        Assert.Equal([open[0]], (await Read(rig, watch, open[1], 2)).Select(view => view.Seq));
    }

    [Fact]
    public async Task A_host_that_is_not_heard_for_3_minutes_is_down_until_it_reports_again()
    {
        await using var rig = await FleetRig.Start();
        using var watch = await Watch(rig);
        var hosts = new Hosts("hub", new FleetOptions(), rig.Clock);
        var readings = new AlertReadings(rig.Hub, hosts, new Troubles(rig.Hub.View), rig.Clock);
        hosts.Report("worker", new HostFigures { CpuPercent = 99 });
        Assert.Equal("high_cpu", Assert.IsType<SystemAlert>(Assert.Single(await watch.Evaluate(Take(readings, watch)))).Alerts[0].Type);
        rig.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal("host_down", Assert.IsType<SystemAlert>(Assert.Single(await watch.Evaluate(Take(readings, watch)))).Alerts[0].Type);
        hosts.Report("worker", new HostFigures { CpuPercent = 9 });
        Assert.Equal(2, (await watch.Evaluate(Take(readings, watch))).OfType<AlertResolved>().Count());
        Assert.Empty(watch.Open);
    }

    [Fact]
    public async Task A_container_is_down_only_when_it_was_seen_running_or_its_alert_is_open()
    {
        await using var rig = await FleetRig.Start();
        using var watch = await Watch(rig);
        AlertReadings Fresh() => new(rig.Hub, new Hosts("hub", new FleetOptions(), rig.Clock), new Troubles(rig.Hub.View), rig.Clock);
        var readings = Fresh();
        ContainerFigures[] old = [new() { Name = "old", State = "exited", Status = "Exited (1) 3 weeks ago" }];
        ContainerFigures[] up = [new() { Name = "web", State = "running" }, new() { Name = "job", State = "running" }, .. old];
        ContainerFigures[] down =
            [new() { Name = "web", State = "exited", Status = "Exited (137) 1 second ago" }, new() { Name = "job", State = "exited", Status = "Exited (0) 1 second ago" }, .. old];
        Assert.Empty(await watch.Evaluate(Take(readings, watch, up)));
        var told = Assert.IsType<SystemAlert>(Assert.Single(await watch.Evaluate(Take(readings, watch, down)))).Alerts[0];
        Assert.Equal(("container_down", "web", AlertLevel.Error), (told.Type, told.Subject, told.Level));
        Assert.Empty(await watch.Evaluate(Take(readings, watch, null)));
        readings = Fresh();
        Assert.Empty(await watch.Evaluate(Take(readings, watch, down)));
        Assert.IsType<AlertResolved>(Assert.Single(await watch.Evaluate(Take(readings, watch, old))));
    }

    [Fact]
    public async Task Refused_commands_raise_an_alert_only_when_there_were_enough_of_them_to_say()
    {
        await using var rig = await FleetRig.Start();
        using var watch = await Watch(rig);
        var (_, readings) = Sessions(rig);
        await rig.Hub.Submit(new PauseSession { SessionId = "nobody" });
        Assert.Empty(await watch.Evaluate(Take(readings, watch)));
        await rig.Create(Enumerable.Range(0, 19).Select(i => $"s{i}"));
        Assert.Equal(5, Assert.IsType<SystemAlert>(Assert.Single(await watch.Evaluate(Take(readings, watch)))).Alerts[0].Value);
        rig.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.IsType<AlertResolved>(Assert.Single(await watch.Evaluate(Take(readings, watch))));
    }

    private static Task<AlertWatch> Watch(FleetRig rig, Func<Flags>? flags = null) =>
        AlertWatch.Load(rig.Hub, rig.Log, new FleetOptions(), rig.Clock, flags ?? (() => Flags.AllOn));

    private static (Troubles, AlertReadings) Sessions(FleetRig rig)
    {
        var troubles = new Troubles(rig.Hub.View);
        rig.Hub.Applied += troubles.Observe;
        return (troubles, new AlertReadings(rig.Hub, new Hosts("hub", new FleetOptions(), rig.Clock), troubles, rig.Clock));
    }

    private static IReadOnlyList<Reading> Take(AlertReadings readings, AlertWatch watch, IReadOnlyList<ContainerFigures>? containers = null) =>
        readings.Take(watch.Rules, watch.Open, containers, true);

    private static Task<IReadOnlyList<AlertView>> Read(FleetRig rig, AlertWatch watch, long before, int limit) =>
        AlertHistory.Read(rig.Log, watch.Open, before, limit, TestContext.Current.CancellationToken);
}

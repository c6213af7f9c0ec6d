using System.Text.Json;
using Rollcall.Core.Alerts;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Alerts;

public sealed class AlertEngineTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<(AlertKind, string?), DateTimeOffset> _lastTold = [];
    private readonly List<OpenAlert> _open = [];
    private AlertRules _rules = AlertRules.Default;
    private int _ids;

    [Theory]
    [InlineData(79.9, null)]
    [InlineData(80, AlertLevel.Warning)]
    [InlineData(89.9, AlertLevel.Warning)]
    [InlineData(90, AlertLevel.Error)]
    public void The_processors_warn_at_80_and_are_an_error_at_90(double value, AlertLevel? level)
    {
        var events = At(0, new Reading(AlertKind.HighCpu, "hub", value));
        Assert.Equal(level, events.OfType<SystemAlert>().SingleOrDefault()?.Alerts[0].Level);
    }

    [Fact]
    public void An_alert_says_what_is_wrong_in_words_and_figures()
    {
        var alert = Assert.Single(Assert.IsType<SystemAlert>(Assert.Single(At(0, new Reading(AlertKind.HighMemory, "hub", 96.25)))).Alerts);
        Assert.Equal(
            (AlertLevel.Error, "high_memory", 96.25, 95.0, "hub", "memory of hub at 96.3 %"),
            (alert.Level, alert.Type, alert.Value!.Value, alert.Threshold!.Value, alert.Subject, alert.Message));
    }

    [Fact]
    public void What_is_told_is_told_once_and_resolved_when_it_ends()
    {
        Assert.Single(At(0, new Reading(AlertKind.HighCpu, "hub", 85)));
        Assert.Empty(At(5, new Reading(AlertKind.HighCpu, "hub", 86)));
        Assert.Empty(At(600, new Reading(AlertKind.HighCpu, "hub", 84)));
        Assert.IsType<AlertResolved>(Assert.Single(At(605, new Reading(AlertKind.HighCpu, "hub", 60))));
        Assert.Empty(At(610, new Reading(AlertKind.HighCpu, "hub", 60)));
    }

    [Fact]
    public void The_same_kind_and_subject_is_told_at_most_every_60_s_and_others_are_not_held_back()
    {
        At(0, new Reading(AlertKind.HighCpu, "hub", 85));
        At(5, new Reading(AlertKind.HighCpu, "hub", 10));
        Assert.Empty(At(10, new Reading(AlertKind.HighCpu, "hub", 85)));
        Assert.Equal(2, At(15, new Reading(AlertKind.HighCpu, "worker", 85), new Reading(AlertKind.HighMemory, "hub", 90)).Count);
        Assert.Empty(At(59, new Reading(AlertKind.HighCpu, "hub", 85)));
        Assert.Single(At(60, new Reading(AlertKind.HighCpu, "hub", 85)));
    }

    [Fact]
    public void What_gets_worse_is_told_again_after_the_cool_down_and_takes_the_place_of_the_warning()
    {
        At(0, new Reading(AlertKind.HighCpu, "hub", 85));
        Assert.Empty(At(30, new Reading(AlertKind.HighCpu, "hub", 95)));
        var events = At(60, new Reading(AlertKind.HighCpu, "hub", 95));
        Assert.IsType<AlertResolved>(events[0]);
        Assert.Equal(AlertLevel.Error, Assert.IsType<SystemAlert>(events[1]).Alerts[0].Level);
        Assert.Single(_open);
        Assert.Empty(At(125, new Reading(AlertKind.HighCpu, "hub", 85)));
    }

    [Fact]
    public void What_could_not_be_read_neither_raises_nor_ends_an_alert_until_it_is_forgotten()
    {
        At(0, new Reading(AlertKind.HighCpu, "worker", 95));
        Assert.Empty(At(3600));
        Assert.IsType<AlertResolved>(Assert.Single(At(24 * 3600)));
    }

    [Fact]
    public void A_rule_that_is_switched_off_ends_its_alerts()
    {
        At(0, new Reading(AlertKind.HighCpu, "hub", 95));
        _rules = _rules.Merge(Json("""{"high_cpu": {"warning": null, "error": null}}""")).Value;
        Assert.IsType<AlertResolved>(Assert.Single(At(5, new Reading(AlertKind.HighCpu, "hub", 95))));
    }

    [Fact]
    public void The_cost_budget_is_off_until_it_is_set()
    {
        Assert.Empty(At(0, new Reading(AlertKind.CostBudget, null, 1_000_000)));
        _rules = _rules.Merge(Json("""{"cost_budget": {"warning": 20, "error": 50}}""")).Value;
        Assert.Equal("this work period cost $20.50", Assert.IsType<SystemAlert>(Assert.Single(At(5, new Reading(AlertKind.CostBudget, null, 20.5)))).Alerts[0].Message);
    }

    [Fact]
    public void There_are_never_more_open_alerts_than_are_remembered()
    {
        At(0, [.. Enumerable.Range(0, 500).Select(i => new Reading(AlertKind.HighCpu, $"h{i}", 95))]);
        Assert.Equal(FleetState.MostAlerts, _open.Count);
        Assert.Empty(At(100, [.. Enumerable.Range(0, 500).Select(i => new Reading(AlertKind.HighCpu, $"h{i}", 95))]));
    }

    [Fact]
    public void However_many_sessions_wait_or_fail_a_quarter_of_the_alerts_is_left_for_what_is_no_session()
    {
        At(0, [.. Enumerable.Range(0, 100).SelectMany(i => new Reading[] { new(AlertKind.SessionWaiting, $"w{i}", 900), new(AlertKind.SessionFailing, $"f{i}", 900) })]);
        Assert.Equal(150, _open.Count);
        Assert.Equal(50, At(5, [.. Enumerable.Range(0, 100).Select(i => new Reading(AlertKind.HostDown, $"h{i}", 900))]).Count);
    }

    [Fact]
    public void The_same_input_gives_the_same_events()
    {
        Reading[] readings = [new(AlertKind.HighCpu, "hub", 85), new(AlertKind.HostDown, "worker", 500)];
        IReadOnlyList<HubEvent> Again() => AlertEngine.Evaluate(_rules, readings, [], new Dictionary<(AlertKind, string?), DateTimeOffset>(), Start, new FleetOptions(), () => "alert_1");
        Assert.Equal(Again().Select(EventNames.Payload), Again().Select(EventNames.Payload));
    }

    [Theory]
    [InlineData("""{"high_cpu": {"warning": 95}}""", "high_cpu")]
    [InlineData("""{"high_cpu": {"warning": 101}}""", "high_cpu.warning")]
    [InlineData("""{"high_cpu": {"error": "90"}}""", "high_cpu.error")]
    [InlineData("""{"high_cpu": {"critical": 90}}""", "high_cpu.critical")]
    [InlineData("""{"high_cpu": 90}""", "high_cpu")]
    [InlineData("""{"session_waiting": {"warning": -1}}""", "session_waiting.warning")]
    [InlineData("""{"low_cpu": {}}""", "low_cpu")]
    [InlineData("7", "")]
    public void A_wrong_rule_is_refused_and_each_field_named(string patch, string field) =>
        Assert.Equal([field], AlertRules.Default.Merge(Json(patch)).Problems.Keys);

    [Fact]
    public void Rules_come_back_from_their_stored_form()
    {
        var rules = AlertRules.Default.Merge(Json("""{"session_waiting": {"warning": 60, "error": 120}, "cost_budget": {"error": 5.5}}""")).Value;
        Assert.Equal(rules.ByName, AlertRules.Default.Merge(Json(rules.ToJson())).Value.ByName);
        Assert.Equal(new AlertRule(null, 5.5), rules[AlertKind.CostBudget]);
        Assert.Equal(new AlertRule(80, 90), rules[AlertKind.HighCpu]);
    }

    private IReadOnlyList<HubEvent> At(int second, params Reading[] readings)
    {
        var now = Start.AddSeconds(second);
        var events = AlertEngine.Evaluate(_rules, readings, [.. _open], _lastTold, now, new FleetOptions(), () => $"alert_{++_ids}");
        foreach (var happened in events)
        {
            if (happened is SystemAlert told)
            {
                _open.Add(new OpenAlert(told with { Time = now }, null));
                _lastTold[AlertEngine.KeyOf(told)!.Value] = now;
            }
            else
            {
                _open.RemoveAll(open => open.Alert.Id == ((AlertResolved)happened).Id);
            }
        }

        return events;
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}

using Rollcall.Core.Fleet;
using Rollcall.Protocol;

namespace Rollcall.Core.Alerts;

/// <summary>One figure that a rule judges.</summary>
/// <param name="Kind">Which rule.</param>
/// <param name="Subject">A host, a container, a session id; null for the whole hub.</param>
/// <param name="Value">The figure; null when what it measures is certainly over.</param>
public sealed record Reading(AlertKind Kind, string? Subject, double? Value);

/// <summary>
/// Decides what is told of the figures. Pure. What could not be read neither raises nor ends an alert: only a figure
/// below the mark ends it, or the time after which an alert about something that is no longer looked at is forgotten.
/// </summary>
public static class AlertEngine
{
    /// <summary>While so many alerts are open, none is told of another session: a machine that is down is, however many sessions wait.</summary>
    private const int MostWithSessions = FleetState.MostAlerts * 3 / 4;

    /// <summary>What happens to alerts now.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="readings">The figures, one per kind and subject.</param>
    /// <param name="open">The alerts that are not resolved.</param>
    /// <param name="lastTold">When each kind and subject was last told; what is missing was never, or long ago.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">The cool-down.</param>
    /// <param name="newId">Names an alert.</param>
    public static IReadOnlyList<HubEvent> Evaluate(
        AlertRules rules,
        IReadOnlyList<Reading> readings,
        IReadOnlyList<OpenAlert> open,
        IReadOnlyDictionary<(AlertKind Kind, string? Subject), DateTimeOffset> lastTold,
        DateTimeOffset now,
        FleetOptions options,
        Func<string> newId)
    {
        var events = new List<HubEvent>();
        var byKey = readings.GroupBy(reading => (reading.Kind, reading.Subject)).ToDictionary(group => group.Key, group => group.Last());
        var openByKey = new Dictionary<(AlertKind, string?), OpenAlert>();
        foreach (var alert in open)
        {
            if (KeyOf(alert) is not { } key)
            {
                continue;
            }

            var reading = byKey.GetValueOrDefault(key);
            var isOver = reading is null
                ? now - alert.Alert.Time >= options.ForgetAfter
                : reading.Value is not { } value || rules[key.Kind].Judge(value) is null;
            if (isOver || !openByKey.TryAdd(key, alert))
            {
                events.Add(new AlertResolved { Id = alert.Alert.Id });
            }
        }

        var count = openByKey.Count;
        foreach (var (key, reading) in byKey)
        {
            if (reading.Value is not { } value || rules[key.Kind].Judge(value) is not var (level, threshold))
            {
                continue;
            }

            openByKey.TryGetValue(key, out var told);
            var isNews = told is null ? count < MostOpen(key.Kind) : level > told.Alert.Alerts[0].Level;
            var isCool = !lastTold.TryGetValue(key, out var last) || now - last >= options.CoolDown;
            if (!isNews || !isCool)
            {
                continue;
            }

            if (told is not null)
            {
                events.Add(new AlertResolved { Id = told.Alert.Id });
            }

            count += told is null ? 1 : 0;
            events.Add(new SystemAlert { Id = newId(), Alerts = [Describe(key.Kind, key.Subject, value, level, threshold)] });
        }

        return events;
    }

    /// <summary>What an alert is about; null for one of a kind that this version does not know.</summary>
    public static (AlertKind Kind, string? Subject)? KeyOf(OpenAlert open) => KeyOf(open.Alert);

    /// <summary>What an alert is about; null for one of a kind that this version does not know.</summary>
    public static (AlertKind Kind, string? Subject)? KeyOf(SystemAlert alert) =>
        alert.Alerts is [var first, ..] && WireName<AlertKind>.TryParse(first.Type, out var kind) ? (kind, first.Subject) : null;

    private static int MostOpen(AlertKind kind) =>
        kind is AlertKind.SessionWaiting or AlertKind.SessionFailing ? MostWithSessions : FleetState.MostAlerts;

    private static Alert Describe(AlertKind kind, string? subject, double value, AlertLevel level, double threshold) => new()
    {
        Level = level,
        Type = WireName<AlertKind>.Of(kind),
        Message = AlertKinds.Message(kind, subject, value),
        Value = Math.Round(value, 2),
        Threshold = threshold,
        Subject = subject,
    };
}

using Rollcall.Core.Fleet;

namespace Rollcall.Core.Alerts;

/// <summary>Gathers the figures that the rules judge. Its cost does not grow with the number of sessions.</summary>
public sealed class AlertReadings(SessionHub hub, Hosts hosts, Troubles troubles, TimeProvider time)
{
    /// <summary>Of fewer commands within a minute no part is too high: an alert about it is over.</summary>
    private const int FewestCommands = 20;

    /// <summary>At most so many sessions are newly told of per kind at once; the longest waiting ones.</summary>
    private const int MostSessions = FleetState.MostAlerts / 4;

    private readonly Dictionary<string, DateTimeOffset?> _downSince = [];

    /// <summary>The figures now. One caller at a time.</summary>
    /// <param name="rules">What is looked for.</param>
    /// <param name="open">The alerts that are not resolved.</param>
    /// <param name="containers">The containers of the hub's machine; null when they could not be had.</param>
    /// <param name="withHosts">Whether machines and containers are looked at.</param>
    public IReadOnlyList<Reading> Take(
        AlertRules rules, IReadOnlyList<OpenAlert> open, IReadOnlyList<ContainerFigures>? containers, bool withHosts)
    {
        var now = time.GetUtcNow();
        var readings = new List<Reading>();
        var subjects = open.Select(AlertEngine.KeyOf).OfType<(AlertKind Kind, string? Subject)>().ToHashSet();
        if (withHosts)
        {
            TakeHosts(readings, subjects, now);
            if (containers is not null)
            {
                TakeContainers(readings, subjects, "", containers, now);
            }
        }

        var (answered, refused) = hub.Commands.LastMinute;
        readings.Add(new(AlertKind.HighErrorRate, null, answered < FewestCommands ? null : 100.0 * refused / answered));
        readings.Add(new(AlertKind.CostBudget, null, (double)hub.View.State.Period.CostUsd));
        troubles.GoBack(now);
        TakeSessions(readings, subjects, AlertKind.SessionWaiting, rules, now);
        TakeSessions(readings, subjects, AlertKind.SessionFailing, rules, now);
        return readings;
    }

    private void TakeHosts(List<Reading> readings, HashSet<(AlertKind Kind, string? Subject)> open, DateTimeOffset now)
    {
        var all = hosts.All;
        foreach (var (name, host) in all)
        {
            if (!host.Own)
            {
                readings.Add(new(AlertKind.HostDown, name, (now - host.LastSeenAt).TotalSeconds));
            }

            if (host.Status != HostStatus.Up)
            {
                continue;
            }

            if (host.Figures.CpuPercent is { } cpu)
            {
                readings.Add(new(AlertKind.HighCpu, name, cpu));
            }

            if (host.Figures.MemoryPercent is { } memory)
            {
                readings.Add(new(AlertKind.HighMemory, name, memory));
            }

            if (!host.Own && host.Figures.Containers is { } containers)
            {
                TakeContainers(readings, open, name + "/", containers, now);
            }
        }

        bool IsForgotten(string subject) => subject.IndexOf('/', StringComparison.Ordinal) is >= 0 and var end && !all.ContainsKey(subject[..end]);

        foreach (var forgotten in _downSince.Keys.Where(IsForgotten).ToList())
        {
            _downSince.Remove(forgotten);
        }
    }

    /// <summary>A container counts as down only when it was seen running, or is known to be down since before a restart.</summary>
    private void TakeContainers(
        List<Reading> readings,
        HashSet<(AlertKind Kind, string? Subject)> open,
        string prefix,
        IReadOnlyList<ContainerFigures> containers,
        DateTimeOffset now)
    {
        var present = new HashSet<string>();
        foreach (var container in containers)
        {
            var subject = prefix + container.Name;
            present.Add(subject);
            if (!container.IsDown)
            {
                _downSince[subject] = null;
                readings.Add(new(AlertKind.ContainerDown, subject, null));
            }
            else if (_downSince.TryGetValue(subject, out var since) || open.Contains((AlertKind.ContainerDown, subject)))
            {
                // Of what is the future, because the clock was put back, it is down since now.
                _downSince[subject] = since = since < now ? since : now;
                readings.Add(new(AlertKind.ContainerDown, subject, (now - since.Value).TotalSeconds));
            }
        }

        bool IsGone(string subject) => !present.Contains(subject) && (prefix.Length > 0
            ? subject.StartsWith(prefix, StringComparison.Ordinal)
            : !subject.Contains('/', StringComparison.Ordinal));

        foreach (var gone in _downSince.Keys.Where(IsGone).ToList())
        {
            _downSince.Remove(gone);
        }

        readings.AddRange(open
            .Where(key => key.Kind == AlertKind.ContainerDown && key.Subject is { } subject && IsGone(subject))
            .Select(key => new Reading(key.Kind, key.Subject, null)));
    }

    private void TakeSessions(
        List<Reading> readings, HashSet<(AlertKind Kind, string? Subject)> open, AlertKind kind, AlertRules rules, DateTimeOffset now)
    {
        if (rules[kind].Lowest is { } lowest)
        {
            readings.AddRange(troubles.Since(kind, now.AddSeconds(-lowest), MostSessions, id => !open.Contains((kind, id)))
                .Select(entry => new Reading(kind, entry.Id, (now - entry.Since).TotalSeconds)));
        }

        foreach (var (_, subject) in open.Where(key => key.Kind == kind))
        {
            var since = troubles.Of(kind, subject!);
            var seconds = (now - since)?.TotalSeconds;

            // Since when a session fails is not stored: after a restart it is known from its last event, which may be
            // later. What was told to fail, and does, still does.
            readings.Add(new(kind, subject, kind == AlertKind.SessionFailing && since is not null && rules[kind].Lowest is { } mark
                ? Math.Max(mark, seconds!.Value)
                : seconds));
        }
    }
}

using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Core.Alerts;

/// <summary>An alert and what became of it.</summary>
public sealed record AlertView
{
    /// <summary>Names it.</summary>
    public required string Id { get; init; }

    /// <summary>Its place in the log.</summary>
    public long Seq { get; init; }

    /// <summary>When it was told.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary><c>open</c> or <c>resolved</c>.</summary>
    public required string Status { get; init; }

    /// <summary>What is wrong.</summary>
    public required IReadOnlyList<Alert> Alerts { get; init; }

    /// <summary>Who has seen it; null when nobody has.</summary>
    public string? AcknowledgedBy { get; init; }

    /// <summary>When it ended; null while it is open.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>An alert that is open.</summary>
    public static AlertView Of(OpenAlert open) => new()
    {
        Id = open.Alert.Id,
        Seq = open.Alert.Seq,
        Time = open.Alert.Time,
        Status = "open",
        Alerts = open.Alert.Alerts,
        AcknowledgedBy = open.AcknowledgedBy,
    };
}

/// <summary>Reads alerts back from the log, and what became of each.</summary>
public static class AlertHistory
{
    private const int Page = 1000;

    /// <summary>The last alerts before a place in the log, newest first.</summary>
    public static async Task<IReadOnlyList<AlertView>> Read(
        ILog log, IReadOnlyList<OpenAlert> open, long before, int limit, CancellationToken cancel)
    {
        var entries = await log.Read(new LogRange(UpTo: before - 1, Limit: limit, Event: "system_alert", Last: true), cancel).ConfigureAwait(false);
        var views = entries.Select(entry => EventNames.Parse(entry.Event, entry.Payload)).OfType<SystemAlert>()
            .Select(told => AlertView.Of(open.FirstOrDefault(one => one.Alert.Id == told.Id) ?? new OpenAlert(told, null)))
            .ToDictionary(view => view.Id);
        foreach (var old in open.Where(one => one.Alert.Seq < before))
        {
            // One that is open may be older than what the log keeps.
            views.TryAdd(old.Alert.Id, AlertView.Of(old));
        }

        var ended = views.Keys.Except(open.Select(one => one.Alert.Id)).ToHashSet();
        var last = 0L;
        var from = entries.Count > 0 ? entries[0].Seq : 0;
        await foreach (var happened in Forward<AlertResolved>(log, "alert_resolved", from, long.MaxValue, cancel).ConfigureAwait(false))
        {
            if (ended.Remove(happened.Id))
            {
                last = happened.Seq;
                views[happened.Id] = views[happened.Id] with { Status = "resolved", ResolvedAt = happened.Time };
            }

            if (ended.Count == 0)
            {
                break;
            }
        }

        // An alert is acknowledged while it is open, so that nothing is to be found after the last resolution.
        await foreach (var happened in Forward<AlertAcknowledged>(log, "alert_acknowledged", from, last, cancel).ConfigureAwait(false))
        {
            if (views.TryGetValue(happened.Id, out var view))
            {
                views[happened.Id] = view with { AcknowledgedBy = happened.By };
            }
        }

        return [.. views.Values.OrderByDescending(view => view.Seq).Take(limit)];
    }

    private static async IAsyncEnumerable<T> Forward<T>(
        ILog log, string name, long after, long upTo, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
        where T : HubEvent
    {
        IReadOnlyList<LogEntry> entries;
        do
        {
            entries = after < upTo
                ? await log.Read(new LogRange(after, upTo, Page, Event: name), cancel).ConfigureAwait(false)
                : [];
            foreach (var entry in entries)
            {
                after = entry.Seq;
                if (EventNames.Parse(name, entry.Payload) is T happened)
                {
                    yield return happened;
                }
            }
        }
        while (entries.Count == Page);
    }
}

using System.Collections.Immutable;
using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>
/// What is known of the number of sessions of one source, and what has been told of it. Pure: each step gives the next
/// state. A failure never touches a count, so that it can never be taken for a 0.
/// </summary>
/// <param name="Source">Whose: <c>rollcall</c>, or the name of an outside source.</param>
public sealed record SourceCount(string Source)
{
    /// <summary>The hub's own sessions.</summary>
    public const string Own = "rollcall";

    /// <summary>How many sessions there are; null before the first time they could be counted.</summary>
    public long? Current { get; init; }

    /// <summary>The count that the next event is measured against: the one last told, or the first one there was.</summary>
    public long? Baseline { get; init; }

    /// <summary>Whether a change waits for the end of its window.</summary>
    public bool WindowOpen { get; init; }

    /// <summary>When the last event was told; null when there was none.</summary>
    public DateTimeOffset? LastEventAt { get; init; }

    /// <summary>The last events, newest first; at most <see cref="RecentCounts.Kept"/>.</summary>
    public ImmutableList<SessionCountChanged> History { get; init; } = [];

    /// <summary>How often it could not be counted.</summary>
    public long Failures { get; init; }

    /// <summary>Why it could not be counted the last time; null when it could.</summary>
    public string? Error { get; init; }

    /// <summary>When it was last counted.</summary>
    public DateTimeOffset? CountedAt { get; init; }

    private long Created { get; init; }

    private long Destroyed { get; init; }

    /// <summary>After the hub's own sessions came and went; the first time, the count before them is the baseline.</summary>
    public SourceCount Moved(long count, long created, long destroyed, DateTimeOffset now) => this with
    {
        Current = count,
        Baseline = Baseline ?? (count - created + destroyed),
        Created = Created + created,
        Destroyed = Destroyed + destroyed,
        WindowOpen = WindowOpen || created + destroyed > 0,
        CountedAt = now,
    };

    /// <summary>After a count came from outside; the first one is only the baseline.</summary>
    public SourceCount Counted(long count, DateTimeOffset now) => this with
    {
        Current = count,
        Baseline = Baseline ?? count,
        WindowOpen = WindowOpen || (Baseline is { } known && known != count),
        CountedAt = now,
        Error = null,
    };

    /// <summary>After it could not be counted: the count stays what it was.</summary>
    public SourceCount Failed(string error) => this with { Failures = Failures + 1, Error = error };

    /// <summary>Takes the present count for granted, without an event.</summary>
    public SourceCount Rebase() => this with { Baseline = Current, WindowOpen = false, Created = 0, Destroyed = 0 };

    /// <summary>Forgets what was told, too.</summary>
    public SourceCount Reset() => Rebase() with { LastEventAt = null, History = [], Failures = 0 };

    /// <summary>Ends the window: the state after it, and the event of its net change, if there is any.</summary>
    public (SourceCount After, SessionCountChanged? Told) Close(DateTimeOffset now)
    {
        if (Current is not { } current || Baseline is not { } baseline || current == baseline)
        {
            return (Rebase(), null);
        }

        var told = new SessionCountChanged
        {
            Time = now,
            EventType = current > baseline ? "session_created" : "session_destroyed",
            CurrentCount = current,
            PreviousCount = baseline,
            Delta = Math.Abs(current - baseline),
            Created = Source == Own ? Created : null,
            Destroyed = Source == Own ? Destroyed : null,
            TimeSinceLastEvent = LastEventAt is { } last ? Math.Max(0, (now - last).TotalSeconds) : null,
            Source = Source,
        };
        return (Rebase() with { LastEventAt = now, History = [told, .. History.Take(RecentCounts.Kept - 1)] }, told);
    }
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>
/// The live view: every live session and the aggregate, as of one sequence number. Immutable, so that a snapshot is a
/// reference and is never torn.
/// </summary>
/// <param name="Seq">The last event it includes.</param>
/// <param name="Live">The sessions that have not ended, by id.</param>
/// <param name="State">The aggregate and the open alerts.</param>
/// <param name="ByStatus">How many live sessions are in each status.</param>
/// <param name="RecentCounts">The last changes of the number of sessions, newest first; at most <see cref="KeptCounts"/>.</param>
public sealed record FleetView(
    long Seq,
    LiveSessions Live,
    FleetState State,
    ImmutableArray<long> ByStatus,
    ImmutableList<SessionCountChanged> RecentCounts)
{
    /// <summary>How many changes of the number of sessions a new subscriber is told.</summary>
    public const int KeptCounts = 10;

    /// <summary>The view of these live sessions.</summary>
    public static FleetView Of(long seq, IReadOnlyCollection<Session> live, FleetState state)
    {
        var byId = LiveSessions.Empty.With(live);
        var counts = new long[Enum.GetValues<SessionStatus>().Length];
        foreach (var session in byId.Values)
        {
            counts[(int)session.View.Status]++;
        }

        return new FleetView(seq, byId, state, [.. counts], []);
    }

    /// <summary>The view after a session changed.</summary>
    public FleetView With(Session? before, Session after) => Counting(before, after).With([after]);

    /// <summary>The view with these sessions in place of what was known of them; who is in which status was counted before.</summary>
    public FleetView With(IReadOnlyCollection<Session> changed) => this with { Live = Live.With(changed) };

    /// <summary>The view that counts a session in its new status; the session itself is not in it yet.</summary>
    public FleetView Counting(Session? before, Session after)
    {
        var (was, now) = (StatusOf(before), StatusOf(after));
        if (was == now)
        {
            return this;
        }

        var counts = ByStatus.ToArray();
        if (was is { } left)
        {
            counts[(int)left]--;
        }

        if (now is { } entered)
        {
            counts[(int)entered]++;
        }

        return this with { ByStatus = ImmutableCollectionsMarshal.AsImmutableArray(counts) };

        static SessionStatus? StatusOf(Session? session) => session is { View: { IsLive: true, Status: var status } } ? status : null;
    }

    /// <summary>The view after an event of the fleet that has a place in the log.</summary>
    public FleetView With(HubEvent happened) => this with { State = State.Apply(happened) };

    /// <summary>The view after the number of sessions was told.</summary>
    public FleetView With(SessionCountChanged told) =>
        this with { RecentCounts = [told, .. RecentCounts.Take(KeptCounts - 1)] };

    /// <summary>The counts by the status' name, zeroes included; ended sessions are not among them.</summary>
    public IReadOnlyDictionary<string, long> CountsByName() => Enum.GetValues<SessionStatus>()
        .Where(status => status != SessionStatus.Terminated)
        .ToDictionary(WireName<SessionStatus>.Of, status => ByStatus[(int)status]);
}

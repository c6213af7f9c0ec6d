using System.Collections.Immutable;
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
/// <param name="RecentCounts">The last changes of the number of sessions.</param>
public sealed record FleetView(
    long Seq,
    LiveSessions Live,
    FleetState State,
    ImmutableArray<long> ByStatus,
    RecentCounts RecentCounts)
{
    /// <summary>The view of these live sessions.</summary>
    public static FleetView Of(long seq, IReadOnlyCollection<Session> live, FleetState state)
    {
        var byId = LiveSessions.Empty.With(live);
        var counts = new long[Enum.GetValues<SessionStatus>().Length];
        foreach (var session in byId.Values)
        {
            counts[(int)session.View.Status]++;
        }

        return new FleetView(seq, byId, state, [.. counts], RecentCounts.None);
    }

    /// <summary>The view after the number of sessions was told.</summary>
    public FleetView With(IEnumerable<SessionCountChanged> told) =>
        this with { RecentCounts = told.Aggregate(RecentCounts, (recent, one) => recent.With(one)) };

    /// <summary>The counts by the status' name, zeroes included; ended sessions are not among them.</summary>
    public IReadOnlyDictionary<string, long> CountsByName() => Enum.GetValues<SessionStatus>()
        .Where(status => status != SessionStatus.Terminated)
        .ToDictionary(WireName<SessionStatus>.Of, status => ByStatus[(int)status]);
}

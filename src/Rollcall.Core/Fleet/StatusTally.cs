using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>Counts live sessions by status while some of them change; the counts that it began with stay as they are.</summary>
internal sealed class StatusTally(ImmutableArray<long> before)
{
    private long[]? _counts;

    /// <summary>The counts by now, which are no longer changed after that.</summary>
    public ImmutableArray<long> Counts => _counts is null ? before : ImmutableCollectionsMarshal.AsImmutableArray(_counts);

    /// <summary>Counts a session in its new status instead of its old one.</summary>
    public void Move(Session? session, Session after)
    {
        var (was, now) = (StatusOf(session), StatusOf(after));
        if (was == now)
        {
            return;
        }

        _counts ??= [.. before];
        if (was is { } left)
        {
            _counts[(int)left]--;
        }

        if (now is { } entered)
        {
            _counts[(int)entered]++;
        }
    }

    private static SessionStatus? StatusOf(Session? session) => session is { View: { IsLive: true, Status: var status } } ? status : null;
}

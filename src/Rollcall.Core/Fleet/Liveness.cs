using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>
/// Knows which session must be looked at when: an owner's grace, a lease, staleness. Costs nothing per heartbeat: an
/// entry that comes due is checked against what was heard since. Used by the hub's loop only.
/// </summary>
internal sealed class Liveness(HubOptions options)
{
    /// <summary>The stored value of a lease that says: an owner's connection is the sign of life.</summary>
    public const int Owned = 0;

    private readonly PriorityQueue<string, DateTimeOffset> _due = new();
    private readonly Dictionary<string, DateTimeOffset> _scheduled = [];
    private readonly Dictionary<string, int> _leases = [];
    private readonly Dictionary<string, DateTimeOffset> _ownerLeft = [];
    private DateTimeOffset _listensSince;

    /// <summary>When the next session must be looked at.</summary>
    public DateTimeOffset? Next => _due.TryPeek(out _, out var due) ? due : null;

    /// <summary>Takes over what was stored: an owner gets its grace anew, a lease its full time.</summary>
    public void Restore(IReadOnlyDictionary<string, int> leases, IEnumerable<Session> live, DateTimeOffset now)
    {
        _listensSince = now;
        foreach (var (id, seconds) in leases)
        {
            SetLease(id, seconds);
            if (seconds == Owned)
            {
                _ownerLeft[id] = now;
            }
        }

        foreach (var session in live)
        {
            Watch(session);
        }
    }

    /// <summary>What is a session's sign of life from now on; null for none.</summary>
    public void SetLease(string id, int? seconds)
    {
        if (seconds is { } lease)
        {
            _leases[id] = lease;
        }
        else
        {
            _leases.Remove(id);
            _ownerLeft.Remove(id);
        }
    }

    /// <summary>An owner's connection is there, or is not: null for given up, false for lost.</summary>
    public void SetOwner(string id, bool? connected, DateTimeOffset now)
    {
        SetLease(id, connected is null ? null : Owned);
        if (connected == false)
        {
            _ownerLeft[id] = now;
        }
        else
        {
            _ownerLeft.Remove(id);
        }
    }

    /// <summary>Makes sure that a session is looked at in time.</summary>
    public void Watch(Session session)
    {
        var id = session.View.Id;
        if (!session.View.IsLive)
        {
            _leases.Remove(id);
            _ownerLeft.Remove(id);
            return;
        }

        if (Deadline(session) is { } due && (!_scheduled.TryGetValue(id, out var earlier) || due < earlier))
        {
            _scheduled[id] = due;
            _due.Enqueue(id, due);
        }
    }

    /// <summary>The commands that the clock has to give now.</summary>
    public IEnumerable<Command> Due(DateTimeOffset now, Func<string, Session?> find)
    {
        while (_due.TryPeek(out var id, out var due) && due <= now)
        {
            _due.Dequeue();
            if (_scheduled.TryGetValue(id, out var planned) && planned == due)
            {
                _scheduled.Remove(id);
            }

            if (find(id) is not { View.IsLive: true } session)
            {
                continue;
            }

            if (CrashAt(session) is { } crash && crash <= now)
            {
                yield return new TerminateSession { SessionId = id, Reason = TerminationReason.Crashed, Error = Why(id) };
            }
            else if (StaleAt(session) is { } stale && stale <= now)
            {
                yield return new MarkStale { SessionId = id };
            }
            else
            {
                Watch(session);
            }
        }
    }

    private DateTimeOffset? Deadline(Session session) => (CrashAt(session), StaleAt(session)) switch
    {
        ({ } crash, { } stale) => crash < stale ? crash : stale,
        var (crash, stale) => crash ?? stale,
    };

    private DateTimeOffset? CrashAt(Session session)
    {
        var id = session.View.Id;
        return _ownerLeft.TryGetValue(id, out var left) ? left + options.OwnerGrace
            : _leases.TryGetValue(id, out var seconds) && seconds != Owned ? Heard(session).AddSeconds(seconds)
            : null;
    }

    /// <summary>While the hub was down it could not hear.</summary>
    private DateTimeOffset Heard(Session session) =>
        session.View.LastSeenAt > _listensSince ? session.View.LastSeenAt : _listensSince;

    private DateTimeOffset? StaleAt(Session session) =>
        session.View is { Status: SessionStatus.Active, Stale: false } ? session.View.LastSeenAt + options.StaleAfter : null;

    private string Why(string id) => _ownerLeft.ContainsKey(id)
        ? $"the owner's connection was lost and did not return within {options.OwnerGrace.TotalSeconds:0.###} s"
        : $"nothing was heard within the lease of {_leases[id]} s";
}

using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>
/// Knows which session must be looked at when: an owner's grace, a lease, staleness. Costs nothing per heartbeat: an
/// entry that comes due is checked against what was heard since. Used by the hub's loop only.
/// </summary>
internal sealed class Liveness(HubOptions options, Owners owners)
{
    /// <summary>So many entries that no longer count are kept anyway.</summary>
    private const int Spare = 64;

    /// <summary>Beside what is scheduled also what was, until it would come due or there is too much of it.</summary>
    private readonly PriorityQueue<string, DateTimeOffset> _due = new();
    private readonly Dictionary<string, DateTimeOffset> _scheduled = [];
    private readonly Dictionary<string, (int Seconds, DateTimeOffset Since)> _leases = [];
    private readonly Dictionary<string, DateTimeOffset> _ownerLeft = [];
    private DateTimeOffset _hearsSince;

    /// <summary>When the next session must be looked at.</summary>
    public DateTimeOffset? Next => _due.TryPeek(out _, out var due) ? due : null;

    /// <summary>Entries that are kept: at most some more than twice as many as sessions that must be looked at.</summary>
    public int Kept => _due.Count;

    /// <summary>Takes over what was stored: an owner gets its grace anew, a lease its full time, and nobody is stale yet.</summary>
    public void Restore(IReadOnlyDictionary<string, int> leases, IEnumerable<Session> live, DateTimeOffset now)
    {
        _hearsSince = now;
        foreach (var (id, seconds) in leases)
        {
            var sign = SignOfLife.Of(seconds);
            Set(id, sign, now);
            if (sign.Owned)
            {
                _ownerLeft[id] = now;
            }
        }

        foreach (var session in live)
        {
            Watch(session);
        }
    }

    /// <summary>The hub could not hear until now: an owner that is away gets its grace anew, a lease its full time, and nobody is stale yet.</summary>
    public void Renew(DateTimeOffset now)
    {
        _hearsSince = now;
        foreach (var (id, lease) in _leases)
        {
            _leases[id] = lease with { Since = now };
        }

        foreach (var id in _ownerLeft.Keys)
        {
            _ownerLeft[id] = now;
        }
    }

    /// <summary>What a session lives by now.</summary>
    public SignOfLife Of(string id) =>
        new(_leases.TryGetValue(id, out var lease) ? lease.Seconds : null, owners.Has(id) || _ownerLeft.ContainsKey(id));

    /// <summary>What a session lives by from now on: a lease begins anew, and without an owner no grace is left.</summary>
    public void Set(string id, SignOfLife sign, DateTimeOffset now)
    {
        if (sign.Lease is { } seconds)
        {
            _leases[id] = (seconds, now);
        }
        else
        {
            _leases.Remove(id);
        }

        if (!sign.Owned)
        {
            _ownerLeft.Remove(id);
        }
    }

    /// <summary>An owner has come, or come back: no grace runs.</summary>
    public void Own(string id) => _ownerLeft.Remove(id);

    /// <summary>An owner has gone: it has its grace if the session needs it, else the lease begins anew.</summary>
    public void Disown(string id, bool grace, DateTimeOffset now)
    {
        if (grace)
        {
            _ownerLeft[id] = now;
        }
        else if (_leases.TryGetValue(id, out var lease))
        {
            _leases[id] = lease with { Since = now };
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
            _scheduled.Remove(id);
            Compact();
            return;
        }

        if (Deadline(session) is { } due && (!_scheduled.TryGetValue(id, out var earlier) || due < earlier))
        {
            _scheduled[id] = due;
            _due.Enqueue(id, due);
            Compact();
        }
    }

    /// <summary>The commands that the clock has to give now.</summary>
    public IEnumerable<Command> Due(DateTimeOffset now, Func<string, Session?> find)
    {
        while (_due.TryPeek(out var id, out var due) && due <= now)
        {
            _due.Dequeue();
            if (!_scheduled.TryGetValue(id, out var planned) || planned != due)
            {
                continue;
            }

            _scheduled.Remove(id);
            if (find(id) is not { View.IsLive: true } session)
            {
                continue;
            }

            if (CrashAt(session) is { } crash && crash <= now)
            {
                yield return new TerminateSession { SessionId = id, Reason = TerminationReason.Crashed, Error = Why(id), ByHub = true };
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
        return owners.Has(id) ? null
            : _ownerLeft.TryGetValue(id, out var left) ? left + options.OwnerGrace
            : _leases.TryGetValue(id, out var lease) ? Later(session.View.LastSeenAt, lease.Since).AddSeconds(lease.Seconds)
            : null;
    }

    private void Compact()
    {
        if (_due.Count > Spare + (2 * _scheduled.Count))
        {
            _due.Clear();
            _due.EnqueueRange(_scheduled.Select(one => (one.Key, one.Value)));
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private DateTimeOffset? StaleAt(Session session) =>
        session.View is { Status: SessionStatus.Active, Stale: false }
        ? Later(session.View.LastSeenAt, _hearsSince) + options.StaleAfter : null;

    private string Why(string id) => _ownerLeft.ContainsKey(id)
        ? $"the owner's connection was lost and did not return within {options.OwnerGrace.TotalSeconds:0.###} s"
        : $"nothing was heard within the lease of {_leases[id].Seconds} s";
}

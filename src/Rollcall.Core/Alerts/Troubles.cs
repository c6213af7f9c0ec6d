using Rollcall.Core.Fleet;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Alerts;

/// <summary>
/// Since when which sessions wait or fail, the longest first, so that nobody has to go through all sessions to find
/// them. Fed on the hub's loop; safe from any thread.
/// </summary>
public sealed class Troubles
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (AlertKind Kind, DateTimeOffset Since)> _byId = [];
    private readonly Dictionary<AlertKind, SortedSet<(DateTimeOffset Since, string Id)>> _byAge = new()
    {
        [AlertKind.SessionWaiting] = [],
        [AlertKind.SessionFailing] = [],
    };

    private long _seen;

    /// <summary>Begins with the sessions there are: the one time that all of them are looked at.</summary>
    public Troubles(FleetView view)
    {
        _seen = view.Seq;
        foreach (var session in view.Live.Values)
        {
            Place(session.View.Id, session);
        }
    }

    /// <summary>How many sessions wait or fail.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byId.Count;
            }
        }
    }

    /// <summary>Takes note of a batch; called on the hub's loop.</summary>
    public void Observe(IReadOnlyList<HubEvent> events, FleetView view)
    {
        foreach (var happened in events)
        {
            if (happened.Seq > _seen && Concerns(happened))
            {
                var id = ((SessionEvent)happened).SessionId;
                Place(id, view.Live.GetValueOrDefault(id));
            }
        }

        _seen = view.Seq;
    }

    /// <summary>The clock was put back: who waits or fails since what is the future by now does so since now.</summary>
    public void GoBack(DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var (kind, byAge) in _byAge)
            {
                while (byAge.Max is var last && last.Since > now)
                {
                    byAge.Remove(last);
                    byAge.Add((now, last.Id));
                    _byId[last.Id] = (kind, now);
                }
            }
        }
    }

    /// <summary>Those of the wanted ones that wait or fail since a moment or longer, the longest first.</summary>
    public IReadOnlyList<(string Id, DateTimeOffset Since)> Since(AlertKind kind, DateTimeOffset moment, int atMost, Func<string, bool> isWanted)
    {
        lock (_gate)
        {
            return [.. _byAge[kind].TakeWhile(entry => entry.Since <= moment).Where(entry => isWanted(entry.Id)).Take(atMost)
                .Select(entry => (entry.Id, entry.Since))];
        }
    }

    /// <summary>Since when a session waits or fails; null when it does not.</summary>
    public DateTimeOffset? Of(AlertKind kind, string id)
    {
        lock (_gate)
        {
            return _byId.TryGetValue(id, out var entry) && entry.Kind == kind ? entry.Since : null;
        }
    }

    private static bool Concerns(HubEvent happened) => happened switch
    {
        SessionStatusChanged e => IsTrouble(e.Status) || IsTrouble(e.PreviousStatus),
        SessionUpdated e => e.WaitingSince.HasValue,
        SessionTerminated => true,
        _ => false,
    };

    private static bool IsTrouble(SessionStatus status) => status is SessionStatus.Waiting or SessionStatus.Error;

    private void Place(string id, Session? session)
    {
        (AlertKind Kind, DateTimeOffset Since)? now = session?.View switch
        {
            { Status: SessionStatus.Waiting } view => (AlertKind.SessionWaiting, view.WaitingSince ?? view.UpdatedAt),
            { Status: SessionStatus.Error } view => (AlertKind.SessionFailing, view.UpdatedAt),
            _ => null,
        };
        lock (_gate)
        {
            if (_byId.Remove(id, out var before))
            {
                _byAge[before.Kind].Remove((before.Since, id));
            }

            if (now is { } place)
            {
                _byId[id] = place;
                _byAge[place.Kind].Add((place.Since, id));
            }
        }
    }
}

using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Server.Api;

/// <summary>Folds the log from one moment to another. Used by one request.</summary>
internal sealed class MomentFold(Moment from, TimeSpan gap)
{
    private readonly Dictionary<string, Session> _live = from.Sessions.ToDictionary(session => session.View.Id);
    private FleetState _state = new(from.Period, []);
    private DateTimeOffset _time = from.Time;
    private DateTimeOffset _latest = from.Latest;
    private long _lacks = from.Lacks;

    /// <summary>The last event that was taken.</summary>
    public long Seq { get; private set; } = from.Seq;

    /// <summary>How many sessions live.</summary>
    public int Live => _live.Count;

    /// <summary>The fleet after it.</summary>
    public Moment Moment => new(Seq, _time, _latest, _lacks, _state.Period,
        [.. _live.Values.OrderBy(session => session.View.CreatedAt).ThenBy(session => session.View.Id, StringComparer.Ordinal)]);

    /// <summary>Takes the next event.</summary>
    public void Take(LogEntry entry)
    {
        _lacks = entry.Seq > Seq + 1 ? entry.Seq - 1 : _lacks;
        if (entry.Time < _time)
        {
            // The clock was put back.
            _state = _state with { Period = _state.Period.GoBack(entry.Time) };
        }

        (Seq, _time) = (entry.Seq, entry.Time);
        _latest = entry.Time > _latest ? entry.Time : _latest;
        var read = EventNames.Parse(entry.Event, entry.Payload);
        if (entry.SessionId is { } id)
        {
            Take(entry, id, read);
        }
        else if (read is not null)
        {
            _state = _state.Apply(read);
        }
    }

    private void Take(LogEntry entry, string id, HubEvent? read)
    {
        var before = _live.GetValueOrDefault(id);
        if (before is null && read is not SessionCreated)
        {
            // The rest of a session that has ended, or that retention removed.
            return;
        }

        var after = entry.After(before, read)!;
        // A new life begins with what the one before used, which is nothing new.
        before ??= new Session(after.View);
        if (read is SessionEvent happened)
        {
            _state = _state with { Period = _state.Period.Apply(before, after, happened, gap) };
        }

        if (after.View.IsLive)
        {
            _live[id] = after;
        }
        else
        {
            _live.Remove(id);
        }
    }
}

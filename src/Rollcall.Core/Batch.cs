using System.Collections.ObjectModel;
using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core;

/// <summary>
/// What one durable batch will be: each command decided against the state with the batch's own earlier events
/// applied. Nothing of it is seen by anybody until the hub has appended it. Used by the hub's loop only.
/// </summary>
internal sealed class Batch(FleetView view, long head, DateTimeOffset now, TimeSpan workPeriodGap, int commands = 0)
{
    /// <summary>Most commands lead to so many events.</summary>
    private const int EventsEach = 2;

    private readonly Dictionary<string, Session?> _loaded = [];
    private readonly Dictionary<string, Session> _changed = new(commands);
    private readonly Dictionary<string, SignOfLife> _signs = [];
    private readonly List<LogEntry> _entries = new(EventsEach * commands);
    private readonly List<HubEvent> _events = new(EventsEach * commands);
    private readonly List<SessionView?> _sessions = new(EventsEach * commands);
    private readonly Dictionary<string, Receipt> _receipts = [];

    private readonly StatusTally _tally = new(view.ByStatus);
    private FleetState _state = view.State;
    private int _handedOut;
    private List<(Submission.Word Word, Session? Session)>? _words;
    private List<Submission.Ownership>? _owned;
    private Dictionary<string, (Owner Owner, long Since)>? _ownerOf;
    private FleetView? _after;
    private IReadOnlyList<Publication>? _publications;

    public DateTimeOffset Now => now;

    /// <summary>The live view after the batch, made when it is first asked for: the map of sessions is changed once.</summary>
    public FleetView View => _after ??= _changed.Count + _entries.Count == 0 && !HasNewState ? view : view with
    {
        Seq = _entries.Count == 0 ? view.Seq : head + _entries.Count,
        Live = _changed.Count == 0 ? view.Live : view.Live.With(_changed.Values),
        State = _state,
        ByStatus = _tally.Counts,
    };

    /// <summary>What is told of it, made when it is first asked for.</summary>
    public IReadOnlyList<Publication> Publications => _publications ??=
        [.. _entries.Select((entry, at) => Publication.Of(entry, _events[at], _sessions[at]))];

    /// <summary>Makes what is needed once it is durable.</summary>
    public void Prepare() => _ = (View, Publications);

    public IReadOnlyList<HubEvent> Events => _events;

    public IReadOnlyList<LogEntry> Entries => _entries;

    /// <summary>The sessions that the batch touches, as they are after it.</summary>
    public IReadOnlyCollection<Session> Sessions => _changed.Values;

    /// <summary>What these sessions live by after the batch.</summary>
    public IReadOnlyDictionary<string, SignOfLife> Signs => _signs;

    /// <summary>What owners are asked once it is durable, in order, and the session as it is then; null for every live one.</summary>
    public IReadOnlyList<(Submission.Word Word, Session? Session)> Words => _words ?? [];

    /// <summary>Who becomes the owner of which session once it is durable, in order.</summary>
    public IReadOnlyList<Submission.Ownership> Owned => _owned ?? [];

    /// <summary>Whether the fleet is paused, with what was decided so far.</summary>
    public bool IsFleetPaused => _state.Period.FleetPaused;

    /// <summary>The last event so far, of this batch or of those before.</summary>
    public long Seq => head + _entries.Count;

    /// <summary>Whether anything must be durable before the callers are answered.</summary>
    public bool MustAppend => _entries.Count > 0 || _signs.Count > 0 || _receipts.Count > 0 || HasNewState;

    private bool HasNewState => !ReferenceEquals(_state, view.State);

    public bool TryFind(string id, out Session? session)
    {
        if (_changed.TryGetValue(id, out var present) || view.Live.TryGetValue(id, out present))
        {
            session = present;
            return true;
        }

        return _loaded.TryGetValue(id, out session);
    }

    /// <summary>Takes a session that is not live, or never was, into account.</summary>
    public void Load(string id, Session? session) => _loaded[id] = session;

    public Receipt? FindReceipt(string key) => _receipts.GetValueOrDefault(key);

    public void Remember(string key, string? sessionId, string? outcomes = null) => _receipts[key] = new Receipt(key, sessionId, now, outcomes);

    public void Tell(Submission.Word word, Session? session) => (_words ??= []).Add((word, session));

    public void Own(Submission.Ownership owned)
    {
        (_owned ??= []).Add(owned);
        (_ownerOf ??= [])[owned.SessionId] = (owned.Owner, Seq);
    }

    /// <summary>Who becomes the owner of a session by this batch; null for nobody.</summary>
    public Owner? OwnerOf(string id) => _ownerOf?.GetValueOrDefault(id).Owner;

    /// <summary>The last event before the owner of a session began to own it; 0 when that was before this batch.</summary>
    public long OwnedSince(string id) => _ownerOf?.GetValueOrDefault(id).Since ?? 0;

    public void SetSign(string id, SignOfLife sign) => _signs[id] = sign;

    public Outcome Decide(Command command)
    {
        TryFind(command.SessionId, out var session);
        return Decide(command, session);
    }

    /// <summary>Decides a command about a session that was just found, or is not there.</summary>
    public Outcome Decide(Command command, Session? session)
    {
        switch (SessionMachine.Decide(session, command, now, head + _entries.Count))
        {
            case Decision.Refused refused:
                return new Outcome.Refused(refused.Code, refused.Message, refused.Field, refused.Errors);
            case Decision.Accepted { Steps: var steps }:
                for (var i = 0; i < steps.Count; i++)
                {
                    Take(session, steps[i]);
                    session = steps[i].After;
                }

                session = command is MarkStale ? session! : Touch(session!);
                return new Outcome.Accepted(session.View.Seq, session, steps.Count > 0) { Began = steps is [{ Happened: SessionCreated }, ..] };
            default:
                throw new InvalidOperationException("a decision is accepted or refused");
        }
    }

    /// <summary>Gives an event of the fleet its place.</summary>
    public long Take(HubEvent happened)
    {
        var stamped = happened with { Seq = Seq + 1, Time = now };
        Add(stamped, null);
        _state = _state.Apply(stamped);
        return stamped.Seq;
    }

    /// <summary>The events that were not yet asked for, if there are at least so many; else none.</summary>
    public IReadOnlyList<LogEntry> Next(int least)
    {
        if (_entries.Count - _handedOut < least)
        {
            return [];
        }

        var next = _entries.GetRange(_handedOut, _entries.Count - _handedOut);
        _handedOut = _entries.Count;
        return next;
    }

    public LogBatch ToLog() => new(
        _entries,
        [.. Sessions],
        _signs.Count == 0
            ? ReadOnlyDictionary<string, int?>.Empty : _signs.ToDictionary(sign => sign.Key, sign => sign.Value.Stored),
        _receipts.Values,
        HasNewState ? _state.ToJson() : null);

    private void Take(Session? before, Step step)
    {
        var (happened, after) = step;
        Add(happened, after.View);
        _tally.Move(before, after);
        SetPeriod(_state.Period.Apply(before, after, happened, workPeriodGap));
        _changed[after.View.Id] = after;
        if (happened is SessionCreated && before is not null)
        {
            // A new life does not inherit the old one's lease, nor an owner that was lost.
            _signs[after.View.Id] = default;
        }
    }

    /// <summary>Who was last seen in what is the future by now was seen now, and so it is with the work period.</summary>
    public void HearNow()
    {
        SetPeriod(_state.Period.GoBack(now));
        foreach (var session in view.Live.Values)
        {
            if (session.View.LastSeenAt > now)
            {
                _changed[session.View.Id] = session with { View = session.View with { LastSeenAt = now } };
            }
        }
    }

    private void SetPeriod(WorkPeriod period) => _state = ReferenceEquals(period, _state.Period) ? _state : _state with { Period = period };

    /// <summary>Whatever is heard of a live session moves the time it was last seen, without an event.</summary>
    private Session Touch(Session session)
    {
        if (session.View.IsLive && session.View.LastSeenAt < now)
        {
            session = session with { View = session.View with { LastSeenAt = now } };
            _changed[session.View.Id] = session;
        }

        return session;
    }

    private void Add(HubEvent stamped, SessionView? after)
    {
        _events.Add(stamped);
        _sessions.Add(after);
        _entries.Add(new LogEntry(stamped.Seq, now, stamped.EventName, after?.Id, after?.Project, after?.Version ?? 0, EventNames.Payload(stamped)));
    }
}

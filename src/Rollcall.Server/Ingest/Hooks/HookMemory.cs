using System.Collections.Concurrent;
using Rollcall.Core;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>
/// What hooks said lately, by session, so that those that arrive out of order are recognised. Any thread may use it:
/// everything happens under <see cref="Gate"/>, which whoever submits the commands holds until they are queued, so
/// that the hub hears them in the order in which they were decided. What the hub refuses leaves nothing here, and what
/// was said in one life nothing for the next, however that life ended.
/// </summary>
public sealed class HookMemory
{
    /// <summary>How many sessions are remembered; the one not heard of for the longest time is forgotten first.</summary>
    public const int RememberedSessions = 10_000;

    private readonly Trails _trails = new(RememberedSessions);

    /// <summary>What hooks said that the hub has not answered yet, by session, each trail following on the one before it of the same sender.</summary>
    private readonly Dictionary<string, List<Unanswered>> _unanswered = new(StringComparer.Ordinal);

    /// <summary>Beginnings and ends of lives that are still to be noted.</summary>
    private readonly ConcurrentQueue<SessionEvent> _lives = new();

    internal Lock Gate { get; } = new();

    /// <summary>How many sessions are remembered now.</summary>
    public int Count
    {
        get
        {
            lock (Gate)
            {
                return _trails.Count;
            }
        }
    }

    /// <summary>Follows the lives of a hub's sessions from now on, and takes over what is known of those that live.</summary>
    public void Follow(SessionHub hub)
    {
        hub.Applied += (events, _) => Heard(events);
        lock (Gate)
        {
            // An end that is in no view yet is noted after this.
            foreach (var session in hub.View.Live.Values)
            {
                Recall(session);
            }
        }
    }

    /// <summary>Takes over what is known of a live session that this memory has not heard of, such as after a restart.</summary>
    public void Recall(Session session)
    {
        lock (Gate)
        {
            if (session.View.IsLive && !_trails.Contains(session.View.Id))
            {
                _trails.Set(session.View.Id, Trail.Of(session));
            }
        }
    }

    /// <summary>
    /// The trail of a session, for a sender's next hook to follow on. What others have on its way is left out: it may be
    /// refused for their limits, and must leave nothing here then.
    /// </summary>
    internal Trail Of(string sessionId, string sender = "")
    {
        lock (Gate)
        {
            NoteLives();
            return _unanswered.GetValueOrDefault(sessionId)?.FindLast(hook => hook.Sender == sender) is { } last ? last.Trail.Copy()
                : _trails.TryGet(sessionId, out var trail) ? trail.Copy()
                : new Trail();
        }
    }

    /// <summary>A hook is on its way to the hub: the sender's next one follows on it.</summary>
    internal void Submitted(string sessionId, Trail trail, string sender = "")
    {
        lock (Gate)
        {
            if (!_unanswered.TryGetValue(sessionId, out var hooks))
            {
                _unanswered[sessionId] = hooks = [];
            }

            hooks.Add(new Unanswered(sender, trail));
        }
    }

    /// <summary>The hub has answered a hook: it is remembered for everybody, with all that it followed on, or has never been.</summary>
    /// <param name="sessionId">Of which session.</param>
    /// <param name="trail">What was heard with it.</param>
    /// <param name="asOf">The session's last event when the hub took it; null when it took nothing.</param>
    internal void Answered(string sessionId, Trail trail, long? asOf)
    {
        lock (Gate)
        {
            NoteLives();

            // It is not there where one that followed on it was answered first, or its life has ended.
            if (!_unanswered.TryGetValue(sessionId, out var hooks) || hooks.FindIndex(hook => hook.Trail == trail) is not (>= 0 and var place))
            {
                return;
            }

            // What others have on its way did not follow on it, nor it on that.
            var sender = hooks[place].Sender;
            hooks = [.. hooks.Where((hook, at) => asOf is null ? at != place : at > place || hook.Sender != sender)];
            if (hooks.Count > 0)
            {
                _unanswered[sessionId] = hooks;
            }
            else
            {
                _unanswered.Remove(sessionId);
            }

            // What others said, and lives that ended or began, may be later.
            if (asOf is { } seq && !(_trails.TryGet(sessionId, out var known) && known.AsOf > seq))
            {
                trail.AsOf = seq;
                trail.Project = known?.Project ?? trail.Project;
                _trails.Set(sessionId, trail);
            }
        }
    }

    /// <summary>The hub has told events. Its writer calls this, and waits for nobody: what cannot be noted now, whoever has the gate next notes first.</summary>
    internal void Heard(IReadOnlyList<HubEvent> events)
    {
        foreach (var happened in events)
        {
            if (happened is SessionCreated or SessionTerminated)
            {
                _lives.Enqueue((SessionEvent)happened);
            }
        }

        if (!_lives.IsEmpty && Gate.TryEnter())
        {
            try
            {
                NoteLives();
            }
            finally
            {
                Gate.Exit();
            }
        }
    }

    private void NoteLives()
    {
        while (_lives.TryDequeue(out var happened))
        {
            var id = happened.SessionId;
            if (_trails.TryGet(id, out var known) ? known.AsOf < happened.Seq : _unanswered.ContainsKey(id))
            {
                _trails.Set(id, new Trail
                {
                    Ended = happened is SessionTerminated,
                    Project = happened is SessionCreated created ? created.Session.Project : known?.Project,
                    AsOf = happened.Seq,
                });
            }

            if (happened is SessionTerminated && _unanswered.Remove(id, out var hooks))
            {
                // The hub may not have come yet to what begins the next life; the rest it refuses from now on, if it has not taken it before.
                var resumed = new HashSet<string>(StringComparer.Ordinal);
                hooks = [.. hooks.Where(hook => (hook.Trail.Resumes && resumed.Add(hook.Sender)) || resumed.Contains(hook.Sender))];
                if (hooks.Count > 0)
                {
                    _unanswered[id] = hooks;
                }
            }
        }
    }

    /// <summary>A hook that is on its way to the hub.</summary>
    /// <param name="Sender">Who sent it.</param>
    /// <param name="Trail">What was heard of the session with it.</param>
    private sealed record Unanswered(string Sender, Trail Trail);
}

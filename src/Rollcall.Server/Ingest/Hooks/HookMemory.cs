using Rollcall.Core.Sessions;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>
/// What hooks said lately, by session, so that those that arrive out of order are recognised. Any thread may use it:
/// everything happens under <see cref="Gate"/>, which whoever submits the commands holds until they are queued, so
/// that the hub hears them in the order in which they were decided.
/// </summary>
public sealed class HookMemory
{
    /// <summary>How many sessions are remembered; the one not heard of for the longest time is forgotten first.</summary>
    public const int RememberedSessions = 10_000;

    private readonly Recent<Trail> _trails = new(RememberedSessions);

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

    internal Trail Of(string sessionId)
    {
        if (!_trails.TryUse(sessionId, out var trail))
        {
            trail = Restart(sessionId);
        }

        return trail;
    }

    internal Trail Restart(string sessionId, bool ended = false)
    {
        var trail = new Trail { Ended = ended };
        _trails.Set(sessionId, trail);
        return trail;
    }
}

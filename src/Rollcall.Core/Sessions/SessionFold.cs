using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>Applies events to a session. Pure; folding a session's events over nothing gives the session.</summary>
public static class SessionFold
{
    /// <summary>The session after an event. Each event raises its version by one.</summary>
    public static Session Apply(Session? session, SessionEvent happened)
    {
        var version = (session?.View.Version ?? 0) + 1;
        if (happened is SessionCreated e)
        {
            var born = e.Session with { Version = version, Seq = e.Seq, LastSeenAt = Later(e.Session.LastSeenAt, e.Time) };
            return new Session(born) { OutputCount = session?.OutputCount ?? 0 };
        }

        if (session is null)
        {
            throw new InvalidOperationException($"{happened.EventName} before session_created");
        }

        // To be marked stale is not to be heard. Each event copies the view, which is large, once.
        var (before, seen) = (session.View, happened is SessionUpdated { Stale: { HasValue: true, Value: true } }
            ? session.View.LastSeenAt
            : Later(session.View.LastSeenAt, happened.Time));
        var view = happened switch
        {
            SessionStatusChanged changed => Enter(before, changed, version, seen),
            SessionUpdated updated => updated.ApplyTo(before, version, seen),
            SessionTerminated ended => before with
            {
                State = StatusTable.StateOf(SessionStatus.Terminated, IsCrash(ended)), Version = version, Seq = ended.Seq, LastSeenAt = seen,
            },
            _ => before with { Version = version, Seq = happened.Seq, LastSeenAt = seen },
        };
        return happened switch
        {
            SessionStatusChanged { Status: SessionStatus.Terminated } ended => session with { View = view, Crashed = IsCrash(ended), Tasks = session.Tasks.Clear() },
            SessionStatusChanged => session with { View = view, Crashed = false },
            SessionTerminated ended => session with { View = view, Crashed = IsCrash(ended) },
            TaskStarted started => session with { View = view, Tasks = session.Tasks.SetItem(started.TaskId, new RunningTask(started.TaskId, started.Name, started.Time)) },
            TaskCompleted done => session with { View = view, Tasks = session.Tasks.Remove(done.TaskId), EndedTasks = Remember(session, done.TaskId) },
            StreamOutput => session with { View = view, OutputCount = session.OutputCount + 1 },
            SessionUpdated or MessageComplete or MessageFailed => session with { View = view },
            _ => throw new ArgumentOutOfRangeException(nameof(happened), happened.GetType(), null),
        };
    }

    private static SessionView Enter(SessionView view, SessionStatusChanged e, long version, DateTimeOffset seen)
    {
        var waits = e.Status == SessionStatus.Waiting;
        var ended = e.Status == SessionStatus.Terminated;
        return view with
        {
            Version = version,
            Seq = e.Seq,
            LastSeenAt = seen,
            Status = e.Status,
            State = StatusTable.StateOf(e.Status, IsCrash(e)),
            UpdatedAt = e.UpdatedAt,
            WaitingFor = waits ? view.WaitingFor : null,
            WaitingSince = waits ? view.WaitingSince : null,
            WaitingText = waits ? view.WaitingText : null,
            ErrorMessage = e.Error ?? (e.Status is SessionStatus.Active or SessionStatus.Idle ? null : view.ErrorMessage),
            Stale = false,
            TasksRunning = ended ? 0 : view.TasksRunning,
            EndedAt = ended ? e.UpdatedAt : null,
        };
    }

    private static bool IsCrash(SessionStatusChanged e) => e is { Status: SessionStatus.Terminated, Error: not null };

    private static bool IsCrash(SessionTerminated e) => e.Reason == TerminationReason.Crashed;

    private static System.Collections.Immutable.ImmutableList<string> Remember(Session session, string taskId)
    {
        var ended = session.EndedTasks.Add(taskId);
        return ended.Count > Session.RememberedTasks ? ended.RemoveAt(0) : ended;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

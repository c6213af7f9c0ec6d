using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>Applies events to a session. Pure; folding a session's events over nothing gives the session.</summary>
public static class SessionFold
{
    /// <summary>The session after an event. Each event raises its version by one.</summary>
    public static Session Apply(Session? session, SessionEvent happened)
    {
        var version = (session?.View.Version ?? 0) + 1;
        var after = happened switch
        {
            SessionCreated e => new Session(e.Session) { OutputCount = session?.OutputCount ?? 0 },
            _ when session is null => throw new InvalidOperationException($"{happened.EventName} before session_created"),
            SessionStatusChanged e => Enter(session, e),
            SessionUpdated e => session with { View = e.ApplyTo(session.View) },
            SessionTerminated e => End(session, e),
            TaskStarted e => session with { Tasks = session.Tasks.SetItem(e.TaskId, new RunningTask(e.TaskId, e.Name, e.Time)) },
            TaskCompleted e => session with { Tasks = session.Tasks.Remove(e.TaskId), EndedTasks = Remember(session, e.TaskId) },
            StreamOutput => session with { OutputCount = session.OutputCount + 1 },
            MessageComplete or MessageFailed => session,
            _ => throw new ArgumentOutOfRangeException(nameof(happened), happened.GetType(), null),
        };
        // To be marked stale is not to be heard.
        var heard = happened is SessionUpdated { Stale: { HasValue: true, Value: true } } ? after.View.LastSeenAt : happened.Time;
        return after with { View = after.View with { Version = version, Seq = happened.Seq, LastSeenAt = Later(after.View.LastSeenAt, heard) } };
    }

    private static Session Enter(Session session, SessionStatusChanged e)
    {
        var view = session.View;
        var crashed = e.Status == SessionStatus.Terminated && e.Error is not null;
        var waits = e.Status == SessionStatus.Waiting;
        var ended = e.Status == SessionStatus.Terminated;
        return session with
        {
            Crashed = crashed,
            Tasks = ended ? session.Tasks.Clear() : session.Tasks,
            View = view with
            {
                Status = e.Status,
                State = StatusTable.StateOf(e.Status, crashed),
                UpdatedAt = e.UpdatedAt,
                WaitingFor = waits ? view.WaitingFor : null,
                WaitingSince = waits ? view.WaitingSince : null,
                WaitingText = waits ? view.WaitingText : null,
                ErrorMessage = e.Error ?? (e.Status is SessionStatus.Active or SessionStatus.Idle ? null : view.ErrorMessage),
                Stale = false,
                TasksRunning = ended ? 0 : view.TasksRunning,
                EndedAt = ended ? e.UpdatedAt : null,
            },
        };
    }

    private static Session End(Session session, SessionTerminated e)
    {
        var crashed = e.Reason == TerminationReason.Crashed;
        return session with
        {
            Crashed = crashed,
            View = session.View with { State = StatusTable.StateOf(SessionStatus.Terminated, crashed) },
        };
    }

    private static System.Collections.Immutable.ImmutableList<string> Remember(Session session, string taskId)
    {
        var ended = session.EndedTasks.Add(taskId);
        return ended.Count > Session.RememberedTasks ? ended.RemoveAt(0) : ended;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

using Rollcall.Protocol;
using static Rollcall.Protocol.SessionStatus;

namespace Rollcall.Core.Sessions;

/// <summary>Decides what a command does to a session. Pure: the same input always gives the same events.</summary>
public static class SessionMachine
{
    /// <summary>The events that a command leads to, or why it is refused.</summary>
    /// <param name="session">The session now; null when there never was one of this id.</param>
    /// <param name="command">What is asked.</param>
    /// <param name="now">The time of the decision, UTC.</param>
    /// <param name="head">The last event of the log: the command's own are numbered on from it.</param>
    public static Decision Decide(Session? session, Command command, DateTimeOffset now, long head)
    {
        if (CommandRules.Check(command) is { } invalid)
        {
            return invalid;
        }

        var course = new Course(session, now, head);
        if (command is CreateSession create)
        {
            return Creation.Decide(course, create);
        }

        if (session is null)
        {
            return new Decision.Refused(ErrorCodes.NotFound, $"session {command.SessionId} does not exist");
        }

        if (session.View.Status == Terminated)
        {
            return OnEnded(session, command);
        }

        return command switch
        {
            ChangeStatus c => Statuses.Change(course, session, c),
            TerminateSession c => Statuses.Terminate(course, session, c),
            UpdateSession c => Reports.Update(course, session, c),
            StartTask c => Reports.Start(course, session, c),
            CompleteTask c => Reports.Complete(course, session, c),
            ReportUsage c => Reports.Use(course, session, c),
            PauseSession => Reports.Changed(course, session, session.View with { IsPaused = true }),
            ResumeSession => Reports.Changed(course, session, session.View with { IsPaused = false }),
            AppendOutput c => Reports.Output(course, session, c),
            CompleteMessage c => Reports.MessageComplete(course, session, c),
            ReportMessageError c => Reports.MessageError(course, session, c),
            Heartbeat => Reports.Changed(course, session, session.View),
            MarkStale => Reports.Stale(course, session),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), null),
        };
    }

    private static Decision OnEnded(Session session, Command command) => command switch
    {
        TerminateSession or ChangeStatus { Status: Terminated } => Decision.Unchanged,
        ChangeStatus c => Statuses.Illegal(session, c.Status!.Value),
        _ => new Decision.Refused(ErrorCodes.Conflict, $"session {session.View.Id} has ended"),
    };
}

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
    public static Decision Decide(Session? session, Command command, DateTimeOffset now)
    {
        if (CommandRules.Check(command) is { } invalid)
        {
            return invalid;
        }

        if (command is CreateSession create)
        {
            return Creation.Decide(session, create, now);
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
            ChangeStatus c => Statuses.Change(session, c, now),
            TerminateSession c => Statuses.Terminate(session, c, now),
            UpdateSession c => Reports.Update(session, c, now),
            StartTask c => Reports.Start(session, c, now),
            CompleteTask c => Reports.Complete(session, c, now),
            ReportUsage c => Reports.Use(session, c, now),
            PauseSession => Reports.Changed(session, session.View with { IsPaused = true }, now),
            ResumeSession => Reports.Changed(session, session.View with { IsPaused = false }, now),
            AppendOutput c => Reports.Output(session, c, now),
            CompleteMessage c => Reports.MessageComplete(session, c, now),
            ReportMessageError c => Reports.MessageError(session, c, now),
            Heartbeat => Reports.Changed(session, session.View, now),
            MarkStale => Reports.Stale(session, now),
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

using Rollcall.Protocol;
using static Rollcall.Protocol.SessionStatus;

namespace Rollcall.Core.Sessions;

/// <summary>Decides changes of status. Pure.</summary>
internal static class Statuses
{
    private const string UnknownError = "unknown error";

    public static Decision Change(Course course, Session session, ChangeStatus change)
    {
        var before = session.View;
        var to = change.Status!.Value;
        if (to != before.Status && !StatusTable.Allows(before.Status, to))
        {
            return Illegal(session, to);
        }

        // A repeated report that leaves the details out says nothing new about them.
        var error = to == Error ? change.ErrorMessage ?? (before.Status == Error ? before.ErrorMessage : UnknownError)
            : to == Terminated ? change.ErrorMessage : null;
        var entered = (to == before.Status ? session : Enter(course, session, to, error)).View;
        if (to == Terminated)
        {
            return End(course, session, error is null ? TerminationReason.Terminated : TerminationReason.Crashed, error);
        }

        return course.TellDifference(before, to switch
        {
            Waiting => Ask(before, entered, change, course.Now) with { Stale = false },
            Error => entered with { ErrorMessage = error, Stale = false },
            _ when entered.Stale => entered with { Stale = false },
            _ => entered,
        }).Decision;
    }

    public static Decision Terminate(Course course, Session session, TerminateSession command)
    {
        var error = command.Error;
        var ending = session.View.Status == Terminating ? session : Enter(course, session, Terminating, error);
        return End(course, Enter(course, ending, Terminated, error), command.Reason ?? TerminationReason.Terminated, error, command.ByHub);
    }

    public static Decision Illegal(Session session, SessionStatus to) => new Decision.Refused(
        ErrorCodes.InvalidTransition,
        $"session {session.View.Id} cannot go from {WireName<SessionStatus>.Of(session.View.Status)} to {WireName<SessionStatus>.Of(to)}",
        "status");

    private static SessionView Ask(SessionView before, SessionView entered, ChangeStatus change, DateTimeOffset now)
    {
        var what = change.WaitingFor ?? before.WaitingFor ?? Protocol.WaitingFor.Input;
        var text = change.WaitingText ?? (what == before.WaitingFor ? before.WaitingText : null);
        var repeated = before.WaitingFor == what && before.WaitingText == text;
        return entered with { WaitingFor = what, WaitingText = text, WaitingSince = repeated ? before.WaitingSince : now };
    }

    /// <summary>Tells of another status, and gives the session in it.</summary>
    private static Session Enter(Course course, Session session, SessionStatus to, string? error) => course.Tell(new SessionStatusChanged
    {
        SessionId = session.View.Id,
        Seq = course.Seq,
        Time = course.Now,
        Status = to,
        PreviousStatus = session.View.Status,
        UpdatedAt = course.Now,
        Error = error,
    }).Session!;

    private static Decision End(Course course, Session session, TerminationReason reason, string? error, bool byHub = false) => course.Tell(new SessionTerminated
    {
        SessionId = session.View.Id,
        Seq = course.Seq,
        Time = course.Now,
        Reason = reason,
        Error = error,
        ByHub = byHub,
    }).Decision;
}

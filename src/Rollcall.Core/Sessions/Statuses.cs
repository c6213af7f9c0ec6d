using Rollcall.Protocol;
using static Rollcall.Protocol.SessionStatus;

namespace Rollcall.Core.Sessions;

/// <summary>Decides changes of status. Pure.</summary>
internal static class Statuses
{
    private const string UnknownError = "unknown error";

    public static Decision Change(Session session, ChangeStatus change, DateTimeOffset now)
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
        var entering = to == before.Status ? null : Status(before, before.Status, to, error, now);
        var entered = entering is null ? session : SessionFold.Apply(session, entering);
        var after = to switch
        {
            Waiting => Ask(before, entered.View, change, now) with { Stale = false },
            Error => entered.View with { ErrorMessage = error, Stale = false },
            _ when entered.View.Stale => entered.View with { Stale = false },
            _ => entered.View,
        };
        var events = new List<SessionEvent>(2);
        if (entering is not null)
        {
            events.Add(entering);
        }

        if (to == Terminated)
        {
            events.Add(Ended(before, error is null ? TerminationReason.Terminated : TerminationReason.Crashed, error, now));
        }
        else if (Reports.Difference(before, after, now) is { } updated)
        {
            events.Add(updated);
        }

        return Decision.With(events);
    }

    public static Decision Terminate(Session session, TerminateSession command, DateTimeOffset now)
    {
        var view = session.View;
        var reason = command.Reason ?? TerminationReason.Terminated;
        var error = command.Error;
        var ended = Ended(view, reason, error, now);
        return view.Status == Terminating
            ? Decision.With(Status(view, Terminating, Terminated, error, now), ended)
            : Decision.With(
                Status(view, view.Status, Terminating, error, now),
                Status(view, Terminating, Terminated, error, now),
                ended);
    }

    public static Decision Illegal(Session session, SessionStatus to) => new Decision.Refused(
        ErrorCodes.InvalidTransition,
        $"session {session.View.Id} cannot go from {WireName<SessionStatus>.Of(session.View.Status)} to {WireName<SessionStatus>.Of(to)}",
        "status");

    private static SessionView Ask(SessionView before, SessionView entered, ChangeStatus change, DateTimeOffset now)
    {
        var what = change.WaitingFor ?? before.WaitingFor ?? Protocol.WaitingFor.Input;
        var text = change is { WaitingFor: null, WaitingText: null } ? before.WaitingText : change.WaitingText;
        var repeated = before.WaitingFor == what && before.WaitingText == text;
        return entered with { WaitingFor = what, WaitingText = text, WaitingSince = repeated ? before.WaitingSince : now };
    }

    private static SessionStatusChanged Status(
        SessionView view, SessionStatus from, SessionStatus to, string? error, DateTimeOffset now) => new()
        {
            SessionId = view.Id,
            Time = now,
            Status = to,
            PreviousStatus = from,
            UpdatedAt = now,
            Error = error,
        };

    private static SessionTerminated Ended(SessionView view, TerminationReason reason, string? error, DateTimeOffset now) =>
        new() { SessionId = view.Id, Time = now, Reason = reason, Error = error };
}

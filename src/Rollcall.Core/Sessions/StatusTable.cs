using Rollcall.Protocol;
using static Rollcall.Protocol.SessionStatus;

namespace Rollcall.Core.Sessions;

/// <summary>Which status may follow which: the table of <c>docs/session-lifecycle.md</c>.</summary>
public static class StatusTable
{
    /// <summary>Whether a session may go from one status to another. Staying is not a transition.</summary>
    public static bool Allows(SessionStatus from, SessionStatus to) => from switch
    {
        Initializing => to is Active or Idle or Waiting or Error or Terminating or Terminated,
        Active => to is Idle or Waiting or Error or Terminating,
        Idle => to is Active or Waiting or Error or Terminating,
        Waiting => to is Active or Idle or Error or Terminating,
        Error => to is Active or Idle or Waiting or Terminating,
        Terminating => to is Terminated,
        Terminated => false,
        _ => throw new ArgumentOutOfRangeException(nameof(from), from, null),
    };

    /// <summary>The status for clients that know three states.</summary>
    public static SessionState StateOf(SessionStatus status, bool crashed) => status switch
    {
        Active or Waiting => SessionState.Working,
        Error => SessionState.Error,
        Terminated when crashed => SessionState.Error,
        _ => SessionState.Idle,
    };
}

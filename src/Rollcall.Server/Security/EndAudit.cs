using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Server.Security;

/// <summary>Writes down who ended a session, by whichever way. Safe from any thread.</summary>
public sealed class EndAudit(ILog log, TimeProvider time)
{
    /// <summary>What it is called.</summary>
    internal const string Action = "session.terminate";

    /// <summary>
    /// Writes it down when a command has ended a session, or begun to; also when it is only repeated: it may be for the first time,
    /// because the hub crashed before it had written it down.
    /// </summary>
    public async ValueTask Note(Principal principal, Command command, Outcome outcome)
    {
        if (command is TerminateSession or ChangeStatus { Status: SessionStatus.Terminating or SessionStatus.Terminated } && outcome is Outcome.Accepted { Changed: true })
        {
            // Whoever was told the outcome may be on the thread of the hub's writer, which is not to wait for the log.
            await Task.Yield();
            await log.Audit([new AuditEntry(time.GetUtcNow(), principal.Id, Action, command.SessionId)]).ConfigureAwait(false);
        }
    }
}

using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Server.Security;

/// <summary>Writes down who ended a session, by whichever way. Safe from any thread.</summary>
public sealed class EndAudit(ILog log, TimeProvider time)
{
    /// <summary>What it is called.</summary>
    internal const string Action = "session.terminate";

    /// <summary>Entries of one writing: some milliseconds, for which the hub's batches wait.</summary>
    internal const int MostTogether = 500;

    /// <summary>
    /// Writes it down when a command has ended a session, or begun to; also when it is only repeated: it may be for the first time,
    /// because the hub crashed before it had written it down.
    /// </summary>
    public async ValueTask Note(Principal principal, Command command, Outcome outcome)
    {
        if (Ends(command, outcome))
        {
            await Write([Entry(principal, command)]).ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="Note(Principal, Command, Outcome)"/>, of commands that were given together.</summary>
    public async ValueTask Note(Principal principal, IReadOnlyList<Command> commands, IReadOnlyList<Outcome> outcomes)
    {
        foreach (var some in commands.Where((command, i) => Ends(command, outcomes[i])).Chunk(MostTogether))
        {
            await Write([.. some.Select(command => Entry(principal, command))]).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a command can end a session.</summary>
    public static bool CanEnd(Command command) =>
        command is TerminateSession or ChangeStatus { Status: SessionStatus.Terminating or SessionStatus.Terminated };

    private static bool Ends(Command command, Outcome outcome) => CanEnd(command) && outcome is Outcome.Accepted { Changed: true };

    private AuditEntry Entry(Principal principal, Command command) => new(time.GetUtcNow(), principal.Id, Action, command.SessionId);

    private async Task Write(IReadOnlyList<AuditEntry> entries)
    {
        // Whoever was told the outcome may be on the thread of the hub's writer, which is not to wait for the log.
        await Task.Yield();
        await log.Audit(entries).ConfigureAwait(false);
    }
}

using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>
/// Takes what somebody on a socket says to a session's owner; <c>pause</c> and <c>resume</c> mark the session, with an owner or
/// without, and the hub tells the owner of the mark.
/// </summary>
internal static class WordsForOwners
{
    /// <summary>Says it in somebody's name, behind everything that was submitted before but large batches; the answer comes when it was handed over, and the mark, where there is one, is durable.</summary>
    public static ValueTask<Outcome> Tell(SessionHub hub, Principal principal, string sessionId, string name, ReadOnlyMemory<byte> payload) => name switch
    {
        "pause" => hub.Submit(new PauseSession { SessionId = sessionId }, projects: principal.Projects),
        "resume" => hub.Submit(new ResumeSession { SessionId = sessionId }, projects: principal.Projects),
        _ => hub.Tell(sessionId, name, payload, principal.Projects),
    };
}

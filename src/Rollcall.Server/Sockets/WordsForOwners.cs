using Rollcall.Core;
using Rollcall.Protocol;

namespace Rollcall.Server.Sockets;

/// <summary>Takes what somebody on a socket says to a session's owner; <c>pause</c> and <c>resume</c> mark the session as well, with an owner or without.</summary>
internal static class WordsForOwners
{
    /// <summary>Says it; the answer comes when the mark, where there is one, is durable.</summary>
    public static async ValueTask<Outcome> Tell(SessionHub hub, string sessionId, string name, ReadOnlyMemory<byte> payload)
    {
        Command? mark = name switch
        {
            "pause" => new PauseSession { SessionId = sessionId },
            "resume" => new ResumeSession { SessionId = sessionId },
            _ => null,
        };
        if (mark is not null)
        {
            var marked = await hub.Submit(mark).ConfigureAwait(false);
            if (marked is Outcome.Accepted)
            {
                hub.Owners.TryTell(sessionId, name, payload);
            }

            return marked;
        }

        var session = hub.View.Live.GetValueOrDefault(sessionId);
        return hub.Owners.TryTell(sessionId, name, payload)
            ? new Outcome.Accepted(session?.View.Seq ?? hub.View.Seq, session, Changed: false)
            : new Outcome.Refused(ErrorCodes.NoOwner, $"no program owns session {sessionId}");
    }
}

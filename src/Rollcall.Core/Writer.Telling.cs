using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core;

/// <summary>What the owners of sessions are asked: decided in the order of everything else, and told behind it.</summary>
internal sealed partial class Writer
{
    private static readonly ReadOnlyMemory<byte> NoFields = "{}"u8.ToArray();

    /// <summary>
    /// What anybody says to an owner, by whichever way, is checked here: that the session lives; and where it is told, that it is
    /// owned, and its owner takes more.
    /// </summary>
    private static void Ask(Batch batch, Submission.Word word, Session? session)
    {
        if (session is { View.IsLive: true } && word.Projects.Sees(session.View.Project))
        {
            batch.Tell(word, session);
            return;
        }

        word.Outcome = word.Projects is not null && !word.Projects.Sees(session?.View.Project) ? Outcome.Foreign
            : session is null ? new Outcome.Refused(ErrorCodes.NotFound, $"session {word.SessionId} does not exist")
            : new Outcome.Refused(ErrorCodes.Conflict, $"session {word.SessionId} has ended");
    }

    /// <summary>Whoever marks a session as paused, or takes the mark away, tells its owner; so does a new life, which does not inherit it.</summary>
    private static void TellOfMark(Batch batch, Command command, Session? before, Session after)
    {
        if (command is PauseSession or ResumeSession || (before is not null && before.View.IsPaused != after.View.IsPaused))
        {
            batch.Tell(new Submission.Word(after.View.Id, after.View.IsPaused ? "pause" : "resume", NoFields), after);
        }
    }

    private static void TellOfFleet(Batch batch, HubEvent happened)
    {
        if (happened is FleetPaused or FleetResumed)
        {
            batch.Tell(new Submission.Word(null, happened is FleetPaused ? "pause" : "resume", NoFields), null);
        }
    }

    private void Tell(Batch batch)
    {
        for (var i = 0; i < batch.Words.Count; i++)
        {
            var (word, session) = batch.Words[i];
            if (session is not null)
            {
                word.Outcome = Tell(word, session);
                continue;
            }

            foreach (var (id, owner) in _owners.All)
            {
                if (_view.Live.ContainsKey(id))
                {
                    owner.Tell(word.Name, word.Payload);
                }
            }
        }
    }

    private Outcome Tell(Submission.Word word, Session session)
    {
        var id = session.View.Id;
        return _owners.Of(id) is not { } owner ? new Outcome.Refused(ErrorCodes.NoOwner, $"no program owns session {id}")
            : owner.Tell(word.Name, word.Payload) ? new Outcome.Accepted(session.View.Seq, session, Changed: false)
            : new Outcome.Refused(ErrorCodes.Unavailable, $"the owner of session {id} does not take more at the moment");
    }
}

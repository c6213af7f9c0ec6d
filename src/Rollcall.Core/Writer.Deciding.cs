using System.Collections.Immutable;
using Rollcall.Core.Fleet;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core;

/// <summary>What becomes of each submission of a batch.</summary>
internal sealed partial class Writer
{
    /// <summary>A batch of more commands is written while it is still being decided, where there is a core to do it.</summary>
    private const int Small = 64;

    /// <summary>Events that are handed to the log together: enough for what waking somebody takes.</summary>
    private const int Stretch = 48;

    private async ValueTask Decide(Batch batch, Submission submission, IReadOnlyDictionary<string, string?> known)
    {
        switch (submission)
        {
            case Submission.Commands commands:
                await Decide(batch, commands, known).ConfigureAwait(false);
                break;
            case Submission.Record record:
                Decide(batch, record, known);
                break;
            case Submission.Word { SessionId: { } id } word:
                var (asked, unread) = await Find(batch, id).ConfigureAwait(false);
                if (unread is null)
                {
                    Ask(batch, word, asked);
                }
                else
                {
                    word.Outcome = unread;
                }

                break;
            case Submission.Ownership owned:
                Take(batch, owned);
                break;
            case Submission.Tick { Rang: var rang }:
                // Who was heard before it rang was seen to; who was heard since, while the disk took its time, waits behind it. What this batch has
                // given another sign of life is looked at after it.
                foreach (var command in _liveness.Due(rang < batch.Now ? rang : batch.Now, id => !batch.Signs.ContainsKey(id) && batch.TryFind(id, out var due) ? due : null))
                {
                    batch.Decide(command);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(submission), submission.GetType(), null);
        }
    }

    private static void Decide(Batch batch, Submission.Record record, IReadOnlyDictionary<string, string?> known)
    {
        if (record.ReceiptKey is { } key && IsKnown(key, batch, known, out var text))
        {
            // What an earlier hub kept has no outcomes.
            record.Seq = OutcomeText.Read(text) is [var before, ..] ? before.Seq : batch.Seq;
            return;
        }

        var changes = record.Happened is not (FleetPaused or FleetResumed) || batch.IsFleetPaused != record.Happened is FleetPaused;
        record.Seq = changes ? batch.Take(record.Happened) : batch.Seq;
        if (changes)
        {
            TellOfFleet(batch, record.Happened);
        }

        if (record.ReceiptKey is { } fresh)
        {
            batch.Remember(fresh, null, OutcomeText.Write([new Outcome.Accepted(record.Seq, null, changes)]));
        }
    }

    private async ValueTask Decide(Batch batch, Submission.Commands commands, IReadOnlyDictionary<string, string?> known)
    {
        var outcomes = commands.ReceiptKey is { } key && IsKnown(key, batch, known, out var text) ? OutcomeText.Read(text) : null;
        for (var i = 0; i < commands.Items.Count; i++)
        {
            var command = commands.Items[i];
            Outcome.Refused? unread = null;
            if (!batch.TryFind(command.SessionId, out var session) && SessionIds.IsValid(command.SessionId))
            {
                (session, unread) = await Find(batch, command.SessionId).ConfigureAwait(false);
            }

            if (unread is not null)
            {
                commands.Outcomes.Add(unread);
                continue;
            }

            if (commands.Projects.Forbids(session, command))
            {
                commands.Outcomes.Add(Outcome.Foreign);
                continue;
            }

            var usageKey = Submission.Commands.KeyOf(command);
            if (outcomes is not null || (usageKey is not null && session is { View.IsLive: true } && IsKnown(usageKey, batch, known, out _)))
            {
                commands.Outcomes.Add(Repeat(batch, session, outcomes?.Count > i ? outcomes[i] : null));
                continue;
            }

            var outcome = batch.Decide(command, session);
            commands.Outcomes.Add(outcome);
            if (_aheads && batch.Next(Stretch) is { Count: > 0 } decided)
            {
                _log.WriteAhead(decided);
            }

            if (outcome is not Outcome.Accepted accepted)
            {
                continue;
            }

            TellOfMark(batch, command, session, accepted.Session!);

            if (usageKey is not null)
            {
                batch.Remember(usageKey, command.SessionId);
            }

            if (command is CreateSession create)
            {
                Take(batch, create, accepted);
            }
        }

        if (outcomes is null && commands.ReceiptKey is { } fresh && commands.Outcomes.Exists(outcome => outcome is Outcome.Accepted))
        {
            batch.Remember(fresh, null, OutcomeText.Write(commands.Outcomes));
        }
    }

    /// <summary>A session that may have ended long ago. One that cannot be read refuses whoever is about it, and nobody else of the batch.</summary>
    private async ValueTask<(Session? Session, Outcome.Refused? Unread)> Find(Batch batch, string id)
    {
        if (batch.TryFind(id, out var session))
        {
            return (session, null);
        }

#pragma warning disable CA1031 // Whatever fails, that session alone could not be read.
        try
        {
            batch.Load(id, session = await _log.Find(id).ConfigureAwait(false));
            return (session, null);
        }
        catch (Exception failure)
        {
            var why = $"session {id} could not be read";
            Failed?.Invoke(new IOException(why, failure));
            return (null, new Outcome.Refused(ErrorCodes.Unavailable, $"{why}; nothing was changed"));
        }
#pragma warning restore CA1031
    }

    /// <summary>What was accepted before changes nothing more, but is a sign of life like any report. Without an outcome that was kept, it is answered as of now.</summary>
    private static Outcome Repeat(Batch batch, Session? session, StoredOutcome? before)
    {
        if (session is { View: { IsLive: true, Id: var id } } && before?.Code is null
            && batch.Decide(new Heartbeat { SessionId = id }, session) is Outcome.Accepted heard)
        {
            session = heard.Session;
        }

        return before?.Again(session) ?? new Outcome.Accepted(session?.View.Seq ?? 0, session, false, true);
    }

    /// <summary>Whether there is a receipt, of an earlier batch or of this one, and the outcomes that were kept with it.</summary>
    private static bool IsKnown(string key, Batch batch, IReadOnlyDictionary<string, string?> known, out string? outcomes)
    {
        var receipt = batch.FindReceipt(key);
        outcomes = receipt?.Outcomes;
        return receipt is not null || known.TryGetValue(key, out outcomes);
    }

    private async ValueTask<IReadOnlyDictionary<string, string?>> FindReceipts(List<Submission> taken)
    {
        List<string>? keys = null;
        foreach (var submission in taken)
        {
            submission.AddReceiptKeys(ref keys);
        }

        return keys is null ? ImmutableDictionary<string, string?>.Empty : await _log.FindReceipts(keys).ConfigureAwait(false);
    }
}

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

    private async ValueTask Decide(Batch batch, Submission submission, IReadOnlySet<string> known)
    {
        switch (submission)
        {
            case Submission.Commands commands:
                await Decide(batch, commands, known).ConfigureAwait(false);
                break;
            case Submission.Record record:
                record.Seq = batch.Take(record.Happened);
                break;
            case Submission.Ownership owned:
                if (batch.TryFind(owned.SessionId, out var session) && session is { View.IsLive: true })
                {
                    // Whether an owner is there is a fact, whatever becomes of the batch that is to store it.
                    _liveness.SetOwner(owned.SessionId, owned.Connected, batch.Now);
                    batch.SetLease(owned.SessionId, owned.Connected is null ? null : Liveness.Owned);
                }

                break;
            case Submission.Tick:
                foreach (var command in _liveness.Due(batch.Now, id => batch.TryFind(id, out var due) ? due : null))
                {
                    batch.Decide(command);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(submission), submission.GetType(), null);
        }
    }

    private async ValueTask Decide(Batch batch, Submission.Commands commands, IReadOnlySet<string> known)
    {
        var repeated = commands.ReceiptKey is { } key && (known.Contains(key) || batch.HasReceipt(key));
        for (var i = 0; i < commands.Items.Count; i++)
        {
            var command = commands.Items[i];
            if (!batch.TryFind(command.SessionId, out var session) && SessionIds.IsValid(command.SessionId))
            {
                batch.Load(command.SessionId, session = await _log.Find(command.SessionId).ConfigureAwait(false));
            }

            var usageKey = Submission.Commands.KeyOf(command);
            if (repeated || (usageKey is not null && session is { View.IsLive: true } && (known.Contains(usageKey) || batch.HasReceipt(usageKey))))
            {
                commands.Outcomes.Add(new Outcome.Accepted(session?.View.Seq ?? 0, session, false, true));
                continue;
            }

            var outcome = batch.Decide(command, session);
            commands.Outcomes.Add(outcome);
            if (_aheads && batch.Next(Stretch) is { Count: > 0 } decided)
            {
                _log.WriteAhead(decided);
            }

            if (outcome is not Outcome.Accepted)
            {
                continue;
            }

            if (usageKey is not null)
            {
                batch.Remember(usageKey, command.SessionId);
            }

            if (command is CreateSession { LeaseSeconds: { } seconds })
            {
                batch.SetLease(command.SessionId, seconds);
            }
        }

        if (!repeated && commands.ReceiptKey is { } fresh && commands.Outcomes.Exists(outcome => outcome is Outcome.Accepted))
        {
            batch.Remember(fresh, null);
        }
    }

    private async ValueTask<IReadOnlySet<string>> FindReceipts(List<Submission> taken)
    {
        List<string>? keys = null;
        foreach (var submission in taken)
        {
            (submission as Submission.Commands)?.AddReceiptKeys(ref keys);
        }

        return keys is null ? ImmutableHashSet<string>.Empty : await _log.FindReceipts(keys).ConfigureAwait(false);
    }
}

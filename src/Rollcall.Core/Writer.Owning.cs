using Rollcall.Core.Fleet;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core;

/// <summary>Who owns a session: decided with everything else, begun once it is durable, and over as soon as anybody knows that an owner is gone.</summary>
internal sealed partial class Writer
{
    /// <summary>Sessions that were given up by their owners in batches that failed: what is stored would have a restart wait for these.</summary>
    private readonly HashSet<string> _unstoredLeaves = new(StringComparer.Ordinal);

    /// <summary>Somebody owns a session only once that is durable. That an owner is gone is a fact, whatever becomes of the batch that is to store it.</summary>
    private void Take(Batch batch, Submission.Ownership owned)
    {
        var (id, connected) = (owned.SessionId, owned.Connected);
        var live = batch.TryFind(id, out var session) && session is { View.IsLive: true };

        // A new life may have begun while it came, or went.
        var foreign = live && !owned.Owner.Projects.Sees(session!.View.Project);
        if (connected == true)
        {
            if (!live || foreign)
            {
                owned.Refused = foreign ? Outcome.Foreign : new Outcome.Refused(ErrorCodes.Conflict, $"session {id} has ended");
                return;
            }

            batch.Own(owned);
        }
        else if (_owners.Release(id, owned.Owner))
        {
            // It may end only in this batch, which may fail: then it still needs the grace.
            var lost = connected == false && !foreign;
            _liveness.Disown(id, grace: connected == false && ((live && !foreign) || _view.Live.ContainsKey(id)), batch.Now);
            live = live && batch.OwnerOf(id) is null;
            connected = lost ? false : null;
        }
        else
        {
            // Somebody else has taken it since.
            return;
        }

        if (live)
        {
            batch.SetSign(id, SignOf(batch, id) with { Owned = connected is not null });
        }
    }

    /// <summary>A lease takes the place of an owner that was lost; who owned the old life, and is still there, owns the new one.</summary>
    private void Take(Batch batch, CreateSession create, Outcome.Accepted accepted)
    {
        var owned = (batch.OwnerOf(create.SessionId) ?? _owners.Of(create.SessionId)) is { } owner && owner.Projects.Sees(accepted.Session?.View.Project);
        if (create.LeaseSeconds is not null || (accepted.Began && owned))
        {
            batch.SetSign(create.SessionId, new SignOfLife(create.LeaseSeconds, owned));
        }
    }

    private SignOfLife SignOf(Batch batch, string id) => batch.Signs.TryGetValue(id, out var sign) ? sign : _liveness.Of(id);

    /// <summary>Who has come to own a session hears that before anything else, and whose place it takes, that it is replaced.</summary>
    private void BeginOwning(Batch batch)
    {
        foreach (var owned in batch.Owned)
        {
            var before = _owners.Take(owned.SessionId, owned.Owner);
            _liveness.Own(owned.SessionId);
            Guarded(() => owned.Began?.Invoke());
            Guarded(() => before?.Replaced());
        }
    }

    /// <summary>Calls an owner: what one of them fails at must keep nothing from the others, nor from the view.</summary>
    private void Guarded(Action call)
    {
#pragma warning disable CA1031
        try
        {
            call();
        }
        catch (Exception failure)
        {
            Failed?.Invoke(failure);
        }
#pragma warning restore CA1031
    }

    /// <summary>Ends the ownership of lives that their owners may not see, before anybody hears of these: what is said to a life's owner must not reach them.</summary>
    private void LetGoOfForeign(Batch batch)
    {
        for (var i = 0; i < batch.Events.Count; i++)
        {
            if (batch.Events[i] is SessionCreated { SessionId: var id, Session: var born, Seq: { } seq } && batch.OwnedSince(id) < seq
                && _owners.Of(id) is { } owner && !owner.Projects.Sees(born.Project))
            {
                Guarded(() => _owners.Release(id, owner, born.Project));
                _liveness.Disown(id, grace: false, batch.Now);
            }
        }
    }

    /// <summary>The next batch that is stored says of whom was given up in one that was not.</summary>
    private void AddUnstoredLeaves(Batch batch)
    {
        foreach (var id in _unstoredLeaves)
        {
            if (!batch.Signs.ContainsKey(id) && batch.TryFind(id, out var session) && session is { View.IsLive: true })
            {
                batch.SetSign(id, _liveness.Of(id));
            }
        }
    }

    /// <summary>Whoever is gone owns nothing any more, also where its batch failed before that was decided.</summary>
    private void LetGoOfGone(List<Submission> taken, DateTimeOffset now)
    {
        foreach (var owned in taken.OfType<Submission.Ownership>())
        {
            var live = _view.Live.GetValueOrDefault(owned.SessionId);
            if (owned.Connected is null && live is not null)
            {
                _unstoredLeaves.Add(owned.SessionId);
            }

            if (owned.Connected != true && _owners.Release(owned.SessionId, owned.Owner))
            {
                _liveness.Disown(owned.SessionId, grace: owned.Connected == false && live is not null, now);
                if (live is not null)
                {
                    _liveness.Watch(live);
                }
            }
        }
    }
}

namespace Rollcall.Core.Fanout;

/// <summary>The pump: one at a time, it alone writes and touches the subscriptions.</summary>
public sealed partial class Outlet
{
    /// <summary>Has what the pump will touch fetched; the outlet itself should be there already.</summary>
    internal void PrefetchParts()
    {
        Prefetch.Begin(_only);
        Prefetch.Begin(_transport);
    }

    /// <summary>Has what the transport will touch fetched; the transport itself should be there already.</summary>
    internal void PrefetchTransport()
    {
        if (_canHold)
        {
            _transport.FetchAhead();
        }
    }

    /// <summary>Writes what there is, unless it is being written already; then again when that is done.</summary>
    /// <param name="mayHold">Whether the transport may hold the first write until <see cref="Release"/>.</param>
    /// <returns>Whether it does, so that <see cref="Release"/> is due.</returns>
    internal bool Pump(bool mayHold = false)
    {
        if (_closed || !_turn.TryTake())
        {
            return false;
        }

        try
        {
            var writing = WriteAll(mayHold);
            if (_isHolding)
            {
                return true;
            }

            GoOn(writing);
        }
        catch (Exception)
        {
            // The other side is gone; its reader finds out, too, and disposes of the connection.
            Abort();
        }

        return false;
    }

    /// <summary>Has the transport send what it holds, and writes on.</summary>
    internal void Release()
    {
        _isHolding = false;
        try
        {
            var sending = _transport.Release();
            if (sending.IsCompletedSuccessfully)
            {
                Wrote();
                GoOn(WriteAll());
            }
            else
            {
                GoOn(Rest(sending, _fanout.PublishedOrder));
            }
        }
        catch (Exception)
        {
            Abort();
        }
    }

    /// <summary>Writes as long as there is more, here while no write has to wait.</summary>
    private void GoOn(ValueTask writing)
    {
        while (writing.IsCompletedSuccessfully)
        {
            if (_turn.TryGiveUp())
            {
                return;
            }

            writing = WriteAll();
        }

        _ = PumpOn(writing);
    }

    /// <summary>Pumps on when a write had to wait; the shard looks after its other connections meanwhile.</summary>
    private async Task PumpOn(ValueTask writing)
    {
        try
        {
            await writing.ConfigureAwait(false);
            while (!_turn.TryGiveUp())
            {
                await WriteAll().ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            Abort();
        }
    }

    /// <summary>What is published from now on wakes the pump again. Behind a close nothing more is said.</summary>
    private ValueTask WriteAll(bool mayHold = false) => _closed ? ValueTask.CompletedTask
        : _mailbox.IsEmpty && _only is { IsReplaying: false, HasFallenBehind: false } only
        ? WriteOne(only, _fanout.PublishedOrder, mayHold)
        : WriteEverything(_fanout.PublishedOrder, default);

    /// <summary>The usual case, where what is lacking is one stretch of one run: nothing is gathered, nothing allocated.</summary>
    private ValueTask WriteOne(Subscription only, long upTo, bool mayHold)
    {
        while (!_closed && Slices.TakeOne(only, upTo, WriteBytes, out var goesOn) is { IsEmpty: false } slice)
        {
            if (goesOn && slice.Length <= CopiedBytes)
            {
                // In one write with the rest: a copy costs a fraction of a second write.
                return WriteEverything(upTo, slice);
            }

            if (mayHold && _canHold && _transport.TryHold(slice))
            {
                _isHolding = true;
                return ValueTask.CompletedTask;
            }

            var sending = _transport.Send(slice);
            if (!sending.IsCompletedSuccessfully)
            {
                return Rest(sending, upTo);
            }

            Wrote();
        }

        return ValueTask.CompletedTask;
    }

    private void Wrote()
    {
        _shard.Wrote();
        Clock.Written(_shard.Recently);
    }

    private async ValueTask Rest(ValueTask sending, long upTo)
    {
        await Finish(sending).ConfigureAwait(false);
        await WriteEverything(upTo, default).ConfigureAwait(false);
    }

    /// <summary>Whatever there is, of any kind, as few writes as it takes.</summary>
    /// <param name="upTo">Of what was published, so much.</param>
    /// <param name="first">What was taken already, and comes first.</param>
    private async ValueTask WriteEverything(long upTo, ReadOnlyMemory<byte> first)
    {
        var gathered = Gathered.Rent();
        if (!first.IsEmpty)
        {
            gathered.Slices.Add(first);
        }

        for (var round = 1; !_closed; round++)
        {
            if (await TakeMailbox(gathered).ConfigureAwait(false))
            {
                return;
            }

            foreach (var subscription in _subscriptions)
            {
                if (subscription.HasFallenBehind && _fanout.GoOnFromLog(subscription) is { } told)
                {
                    gathered.Slices.AddRange(told);
                }
            }

            if (FurthestBehind() is { } behind)
            {
                // Reading the log takes its time; the shard must not wait for it.
                await Task.Yield();
                gathered.Slices.AddRange(await _fanout.Replay(behind).ConfigureAwait(false));
            }

            var replaying = FurthestBehind() is not null;
            var lost = NextBehind(round);
            if (lost is not null)
            {
                await Task.Yield();
                gathered.Slices.AddRange(lost.Codec.Resync(lost, await _fanout.DescribeAnew(lost).ConfigureAwait(false)));
            }

            if (!replaying && !gathered.Exceeds(WriteBytes))
            {
                // Behind what takes longer to read nothing is told yet: it is seen by that who has only that.
                Slices.Take(_subscriptions, upTo, WriteBytes, gathered.Slices);
            }

            if (gathered.Slices.Count == 0 && _mailbox.IsEmpty && !replaying && lost is null)
            {
                gathered.Return();
                return;
            }

            await Write(gathered).ConfigureAwait(false);
            if (round % RoundsTogether == 0)
            {
                // Whoever is answered on and on keeps neither the shard nor a thread of the pool.
                await Task.Yield();
            }
        }
    }

    /// <summary>Of those that are told what lies in the log, the one that has come the least far; they take turns, so that a connection keeps one page.</summary>
    private Subscription? FurthestBehind()
    {
        Subscription? furthest = null;
        foreach (var subscription in _subscriptions)
        {
            if (subscription.IsReplaying && (furthest is null || subscription.ReplayAfter < furthest.ReplayAfter))
            {
                furthest = subscription;
            }
        }

        return furthest;
    }

    /// <summary>The next that has to be told the state; of many that fell behind together, the others are told when this is written, and each round looks at another first.</summary>
    private Subscription? NextBehind(int round)
    {
        for (var turn = 0; turn < _subscriptions.Length; turn++)
        {
            if (_subscriptions[(round + turn) % _subscriptions.Length] is { HasFallenBehind: true } behind)
            {
                return behind;
            }
        }

        return null;
    }

    /// <summary>Takes what was posted; true when the connection ends with it.</summary>
    private async ValueTask<bool> TakeMailbox(Gathered gathered)
    {
        for (var post = _mailbox.TakeAll(); post is not null; post = post.Later)
        {
            gathered.Slices.AddRange(post.Take());
            if (Interlocked.Add(ref _waitingBytes, -post.Bytes) <= _fanout.Options.MaxReplyBytes)
            {
                Volatile.Read(ref _roomToRead)?.TrySetResult();
            }

            if (post.Start is { IsStopped: false } started)
            {
                Subscribe([.. _subscriptions, started]);
            }
            else if (post.Stop is { } stopped)
            {
                Subscribe([.. _subscriptions.Where(other => other != stopped)]);
            }
            else if (post.Close is var (code, reason))
            {
                await Write(gathered).ConfigureAwait(false);
                // First: whoever is told that it ends is given its time from now on.
                Clock.Writing(_shard.Now);
                End();
                await _transport.Close(code, reason).ConfigureAwait(false);
                return true;
            }
        }

        return false;
    }

    private void Subscribe(Subscription[] subscriptions) =>
        (_subscriptions, _only) = (subscriptions, subscriptions is [var only] ? only : null);

    private async ValueTask Write(Gathered gathered)
    {
        while (gathered.NextWrite(WriteBytes) is { Count: > 0 } write)
        {
            await Finish(_transport.Send(write)).ConfigureAwait(false);
        }
    }

    private async ValueTask Finish(ValueTask sending)
    {
        Clock.Writing(_shard.Now);
        await sending.ConfigureAwait(false);
        _shard.Wrote();
        Clock.Written(_shard.Now);
    }
}

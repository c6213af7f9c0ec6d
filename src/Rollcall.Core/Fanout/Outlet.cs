namespace Rollcall.Core.Fanout;

/// <summary>
/// The outgoing side of one connection: a short mailbox of replies, and its subscriptions. Anybody may post; only
/// its pump, one at a time, writes and touches the subscriptions.
/// </summary>
public sealed class Outlet
{
    /// <summary>The most bytes of one write, so that a slow connection shows its progress.</summary>
    private const int WriteBytes = 64 * 1024;

    /// <summary>Events read from the log at once for a subscriber that resumes; of 60 KiB at most, and of 300 bytes as a rule.</summary>
    private const int ReplayPage = 200;

    private readonly Fanout _fanout;
    private readonly Shard _shard;
    private readonly ITransport _transport;
    private Subscription[] _subscriptions = [];
    private Mailbox _mailbox;
    private int _activity;
    private int _waitingBytes;
    private volatile bool _closed;
    private TaskCompletionSource? _roomToRead;

    internal Outlet(Fanout fanout, Shard shard, ITransport transport)
    {
        _fanout = fanout;
        _shard = shard;
        _transport = transport;
        Clock = new OutletClock(shard.Now);
    }

    /// <summary>Whether nothing more will be sent.</summary>
    public bool IsClosed => _closed;

    internal OutletClock Clock { get; }

    /// <summary>Its subscriptions that were not ended; touched only under the fan-out's gate.</summary>
    internal Subscription[] Attached { get; set; } = [];

    internal Shard Shard => _shard;

    internal ReadOnlyMemory<byte> KeepAlive => _transport.KeepAlive;

    internal bool IsSocket => _transport.IsSocket;

    /// <summary>Posts a finished message to this connection alone; false when too much waits already.</summary>
    public bool Send(params ReadOnlySpan<ReadOnlyMemory<byte>> slices)
    {
        var length = 0;
        foreach (var slice in slices)
        {
            length += slice.Length;
        }

        var waiting = Interlocked.Add(ref _waitingBytes, length);
        Enqueue(new Post(slices.ToArray(), length));
        return waiting <= _fanout.Options.MaxReplyBytes;
    }

    /// <summary>Starts a subscription, behind everything posted so far.</summary>
    public void Start(Subscription subscription) => Enqueue(new Post([], 0) { Start = subscription });

    /// <summary>Ends a subscription, behind everything posted so far.</summary>
    public void Stop(Subscription subscription)
    {
        subscription.IsStopped = true;
        _fanout.Detach(this, subscription);
        Enqueue(new Post([], 0) { Stop = subscription });
    }

    /// <summary>Ends the connection, behind everything posted so far.</summary>
    public void Close(int code, string reason) => Enqueue(new Post([], 0) { Close = (code, reason) });

    /// <summary>Ends the connection because the hub stops: the other side is told when to come back.</summary>
    public void Farewell(int reconnectAfterMs)
    {
        Send(_transport.Farewell(reconnectAfterMs));
        Close(1012, "the hub restarts");
    }

    /// <summary>Says that something was heard from the other side.</summary>
    public void Heard() => Clock.Heard(_shard.Now);

    /// <summary>Completes when few enough replies wait that another message may be read.</summary>
    public ValueTask RoomToRead()
    {
        if (Volatile.Read(ref _waitingBytes) <= _fanout.Options.MaxReplyBytes || _closed)
        {
            return ValueTask.CompletedTask;
        }

        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _roomToRead, room);
        if (Volatile.Read(ref _waitingBytes) <= _fanout.Options.MaxReplyBytes || _closed)
        {
            room.TrySetResult();
        }

        return new ValueTask(room.Task);
    }

    /// <summary>Forgets the connection and all its subscriptions: the other side is gone.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            Abort();
        }

        _fanout.Remove(this);
    }

    /// <summary>Writes what there is, unless it is being written already; then again when that is done.</summary>
    internal void Pump()
    {
        // 0: nothing to do; 1: pumping; 2: pumping, and there is more since.
        if (_closed || Interlocked.Exchange(ref _activity, 2) != 0)
        {
            return;
        }

        try
        {
            do
            {
                // A full fence: what is looked at next must be seen as it is after this.
                Interlocked.Exchange(ref _activity, 1);
                var writing = WriteAll();
                if (!writing.IsCompletedSuccessfully)
                {
                    _ = PumpOn(writing);
                    return;
                }
            }
            while (Interlocked.CompareExchange(ref _activity, 0, 1) != 1);
        }
        catch (Exception)
        {
            // The other side is gone; its reader finds out, too, and disposes of the connection.
            Abort();
        }
    }

    /// <summary>Ends the connection at once, without a word.</summary>
    public void Abort()
    {
        End();
        try
        {
            _transport.Abort();
        }
        catch (ObjectDisposedException)
        {
            // The request it belonged to ended at the same moment. The shard must not end with it.
        }
    }

    /// <summary>Nothing more is sent, so that nobody waits for room either.</summary>
    private void End()
    {
        _closed = true;
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _roomToRead)?.TrySetResult();
    }

    private void Enqueue(Post post)
    {
        _mailbox.Put(post);
        _shard.Wake(this);
    }

    /// <summary>Pumps on when a write had to wait; the shard looks after its other connections meanwhile.</summary>
    private async Task PumpOn(ValueTask writing)
    {
        try
        {
            await writing.ConfigureAwait(false);
            while (Interlocked.CompareExchange(ref _activity, 0, 1) != 1)
            {
                Interlocked.Exchange(ref _activity, 1);
                await WriteAll().ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            Abort();
        }
    }

    /// <summary>What is published from now on wakes the pump again.</summary>
    private ValueTask WriteAll() => _mailbox.IsEmpty && _subscriptions is [{ IsReplaying: false, HasFallenBehind: false } only]
        ? WriteOne(only, _fanout.PublishedOrder)
        : WriteEverything(_fanout.PublishedOrder);

    /// <summary>The usual case, where what is lacking is one stretch of one run: nothing is gathered, nothing allocated.</summary>
    private ValueTask WriteOne(Subscription only, long upTo)
    {
        while (Slices.TakeOne(only, upTo, WriteBytes) is { IsEmpty: false } slice)
        {
            var sending = _transport.Send(slice);
            if (!sending.IsCompletedSuccessfully)
            {
                return Rest(sending, upTo);
            }

            _shard.Wrote();
            Clock.Written(_shard.Recently);
        }

        return ValueTask.CompletedTask;

        async ValueTask Rest(ValueTask sending, long upTo)
        {
            await Finish(sending).ConfigureAwait(false);
            await WriteEverything(upTo).ConfigureAwait(false);
        }
    }

    private async ValueTask WriteEverything(long upTo)
    {
        var gathered = Gathered.Rent();
        while (!_closed)
        {
            if (await TakeMailbox(gathered).ConfigureAwait(false))
            {
                return;
            }

            var replaying = false;
            foreach (var subscription in _subscriptions)
            {
                if (subscription.IsReplaying)
                {
                    // Reading the log takes its time; the shard must not wait for it.
                    await Task.Yield();
                    gathered.Slices.AddRange(await _fanout.Replay(subscription, ReplayPage).ConfigureAwait(false));
                }

                if (subscription.HasFallenBehind)
                {
                    await Task.Yield();
                    var snapshot = await _fanout.Reattach(subscription).ConfigureAwait(false);
                    gathered.Slices.AddRange(subscription.Codec.Resync(subscription, snapshot));
                }

                replaying |= subscription.IsReplaying;
            }

            if (!replaying)
            {
                Slices.Take(_subscriptions, upTo, WriteBytes, gathered.Slices);
            }

            if (gathered.Slices.Count == 0 && _mailbox.IsEmpty && !replaying)
            {
                gathered.Return();
                return;
            }

            await Write(gathered).ConfigureAwait(false);
        }
    }

    /// <summary>Takes what was posted; true when the connection ends with it.</summary>
    private async ValueTask<bool> TakeMailbox(Gathered gathered)
    {
        for (var post = _mailbox.TakeAll(); post is not null; post = post.Later)
        {
            gathered.Slices.AddRange(post.Slices);
            if (Interlocked.Add(ref _waitingBytes, -post.Length) <= _fanout.Options.MaxReplyBytes)
            {
                Volatile.Read(ref _roomToRead)?.TrySetResult();
            }

            if (post.Start is { IsStopped: false } started)
            {
                _subscriptions = [.. _subscriptions, started];
            }
            else if (post.Stop is { } stopped)
            {
                _subscriptions = [.. _subscriptions.Where(other => other != stopped)];
            }
            else if (post.Close is var (code, reason))
            {
                await Write(gathered).ConfigureAwait(false);
                End();
                Clock.Writing(_shard.Now);
                await _transport.Close(code, reason).ConfigureAwait(false);
                return true;
            }
        }

        return false;
    }

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

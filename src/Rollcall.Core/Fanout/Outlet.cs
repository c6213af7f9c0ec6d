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

    /// <summary>Room for slices that a connection keeps between writes; a replay needs more, once.</summary>
    private const int KeptSlices = 16;

    private readonly Fanout _fanout;
    private readonly Shard _shard;
    private readonly ITransport _transport;
    private readonly List<Subscription> _subscriptions = [];
    private readonly List<ReadOnlyMemory<byte>> _slices = [];
    private readonly List<ReadOnlyMemory<byte>> _write = [];
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
    internal List<Subscription> Attached { get; } = [];

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
        if (!_closed && Interlocked.Exchange(ref _activity, 2) == 0)
        {
            _ = Run();
        }
    }

    /// <summary>Ends the connection at once, without a word.</summary>
    public void Abort()
    {
        End();
        _transport.Abort();
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

    private async Task Run()
    {
        try
        {
            do
            {
                // A full fence: what is looked at next must be seen as it is after this.
                Interlocked.Exchange(ref _activity, 1);
                await WriteAll().ConfigureAwait(false);
            }
            while (Interlocked.CompareExchange(ref _activity, 0, 1) != 1);
        }
        catch (Exception)
        {
            // The other side is gone; its reader finds out, too, and disposes of the connection.
            Abort();
        }
    }

    private async ValueTask WriteAll()
    {
        // What is published from now on wakes the pump again: between, the shard looks after its other connections.
        var upTo = _fanout.PublishedOrder;
        while (!_closed)
        {
            if (await TakeMailbox().ConfigureAwait(false))
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
                    _slices.AddRange(await _fanout.Replay(subscription, ReplayPage).ConfigureAwait(false));
                }

                if (subscription.HasFallenBehind)
                {
                    await Task.Yield();
                    var snapshot = await _fanout.Reattach(subscription).ConfigureAwait(false);
                    _slices.AddRange(subscription.Codec.Resync(subscription, snapshot));
                }

                replaying |= subscription.IsReplaying;
            }

            if (!replaying)
            {
                Slices.Take(_subscriptions, upTo, WriteBytes, _slices);
            }

            if (_slices.Count == 0 && _mailbox.IsEmpty && !replaying)
            {
                return;
            }

            await Write().ConfigureAwait(false);
        }
    }

    /// <summary>Takes what was posted; true when the connection ends with it.</summary>
    private async ValueTask<bool> TakeMailbox()
    {
        for (var post = _mailbox.TakeAll(); post is not null; post = post.Later)
        {
            _slices.AddRange(post.Slices);
            if (Interlocked.Add(ref _waitingBytes, -post.Length) <= _fanout.Options.MaxReplyBytes)
            {
                Volatile.Read(ref _roomToRead)?.TrySetResult();
            }

            if (post.Start is { IsStopped: false } started)
            {
                _subscriptions.Add(started);
            }
            else if (post.Stop is { } stopped)
            {
                _subscriptions.Remove(stopped);
            }
            else if (post.Close is var (code, reason))
            {
                await Write().ConfigureAwait(false);
                End();
                Clock.Writing(_shard.Now);
                await _transport.Close(code, reason).ConfigureAwait(false);
                return true;
            }
        }

        return false;
    }

    private async ValueTask Write()
    {
        var gathered = 0;
        foreach (var slice in _slices)
        {
            for (var rest = slice; rest.Length > 0;)
            {
                var piece = rest[..Math.Min(rest.Length, WriteBytes - gathered)];
                _write.Add(piece);
                rest = rest[piece.Length..];
                gathered += piece.Length;
                if (gathered == WriteBytes)
                {
                    await Send().ConfigureAwait(false);
                    gathered = 0;
                }
            }
        }

        if (gathered > 0)
        {
            await Send().ConfigureAwait(false);
        }

        _slices.Clear();
        if (_slices.Capacity > KeptSlices)
        {
            _slices.Capacity = 0;
        }
    }

    private async ValueTask Send()
    {
        Clock.Writing(_shard.Now);
        await _transport.Send(_write).ConfigureAwait(false);
        Clock.Written(_shard.Now);
        _write.Clear();
    }
}

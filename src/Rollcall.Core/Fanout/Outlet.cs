namespace Rollcall.Core.Fanout;

/// <summary>
/// The outgoing side of one connection: a short mailbox of replies, and its subscriptions. Anybody may post; only
/// its pump, one at a time, writes and touches the subscriptions.
/// </summary>
public sealed class Outlet
{
    /// <summary>The most bytes of one write, so that a slow connection shows its progress.</summary>
    private const int WriteBytes = 64 * 1024;

    /// <summary>The piece of a longer message, such as a snapshot, that counts as progress.</summary>
    private const int PieceBytes = 32 * 1024;

    /// <summary>Events read from the log at once for a subscriber that resumes.</summary>
    private const int ReplayPage = 500;

    /// <summary>Room for slices that a connection keeps between writes; a replay needs more, once.</summary>
    private const int KeptSlices = 16;

    private readonly Fanout _fanout;
    private readonly Shard _shard;
    private readonly ITransport _transport;
    private readonly List<Subscription> _subscriptions = [];
    private readonly List<ReadOnlyMemory<byte>> _slices = [];
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
        Volatile.Write(ref _roomToRead, room);
        if (Volatile.Read(ref _waitingBytes) <= _fanout.Options.MaxReplyBytes || _closed)
        {
            room.TrySetResult();
        }

        return new ValueTask(room.Task);
    }

    /// <summary>Forgets the connection: the other side is gone.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _transport.Abort();
        }

        Volatile.Read(ref _roomToRead)?.TrySetResult();
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

        Run();
    }

    /// <summary>Ends the connection at once, without a word.</summary>
    public void Abort()
    {
        _closed = true;
        _transport.Abort();
    }

    private void Enqueue(Post post)
    {
        _mailbox.Put(post);
        _shard.Wake(this);
    }

    private void Run()
    {
        do
        {
            Volatile.Write(ref _activity, 1);
            var write = WriteAll();
            if (!write.IsCompletedSuccessfully)
            {
                _ = Finish(write);
                return;
            }
        }
        while (Interlocked.CompareExchange(ref _activity, 0, 1) != 1);
    }

    private async Task Finish(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception) when (_closed)
        {
            return;
        }
        catch (Exception)
        {
            // The other side is gone; its reader finds out, too, and disposes of the connection.
            Abort();
            return;
        }

        if (Interlocked.CompareExchange(ref _activity, 0, 1) != 1)
        {
            Run();
        }
    }

    private async ValueTask WriteAll()
    {
        while (!_closed)
        {
            if (await TakeMailbox().ConfigureAwait(false))
            {
                return;
            }

            foreach (var subscription in _subscriptions)
            {
                if (subscription.IsReplaying)
                {
                    await Replay(subscription).ConfigureAwait(false);
                }
                else if (subscription.HasFallenBehind)
                {
                    var snapshot = await _fanout.Reattach(subscription).ConfigureAwait(false);
                    _slices.AddRange(subscription.Codec.Resync(subscription, snapshot));
                }
            }

            if (!_subscriptions.Exists(subscription => subscription.IsReplaying))
            {
                Slices.Take(_subscriptions, _fanout.PublishedOrder, WriteBytes, _slices);
            }

            if (_slices.Count == 0 && _mailbox.IsEmpty)
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

            if (post.Start is { } started)
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
                _closed = true;
                Clock.Writing(_shard.Now);
                await _transport.Close(code, reason).ConfigureAwait(false);
                return true;
            }
        }

        return false;
    }

    private async ValueTask Replay(Subscription subscription)
    {
        foreach (var frame in await _fanout.ReadFrames(subscription, ReplayPage).ConfigureAwait(false))
        {
            _slices.Add(frame);
        }
    }

    private async ValueTask Write()
    {
        if (_slices.Count == 0)
        {
            return;
        }

        Clock.Writing(_shard.Now);
        if (_slices.Exists(slice => slice.Length > WriteBytes))
        {
            foreach (var slice in _slices)
            {
                for (var rest = slice; rest.Length > 0; rest = rest[Math.Min(PieceBytes, rest.Length)..])
                {
                    await _transport.Send([rest[..Math.Min(PieceBytes, rest.Length)]]).ConfigureAwait(false);
                    Clock.Writing(_shard.Now);
                }
            }
        }
        else
        {
            await _transport.Send(_slices).ConfigureAwait(false);
        }

        Clock.Written(_shard.Now);
        _slices.Clear();
        if (_slices.Capacity > KeptSlices)
        {
            _slices.Capacity = 0;
        }
    }
}

namespace Rollcall.Core.Fanout;

/// <summary>
/// The outgoing side of one connection: a short mailbox of replies, and its subscriptions. Anybody may post; only
/// its pump, one at a time, writes and touches the subscriptions.
/// </summary>
public sealed partial class Outlet
{
    /// <summary>The most bytes of one write, so that a slow connection shows its progress.</summary>
    private const int WriteBytes = 64 * 1024;

    /// <summary>Of what lies in two places, so much is copied together rather than written by itself.</summary>
    private const int CopiedBytes = 16 * 1024;

    /// <summary>About what a posted message takes beside its bytes: of short ones, such as pongs, that is most of it.</summary>
    private const int PostBytes = 160;

    /// <summary>How long somebody who is expelled has to hear why, and to go.</summary>
    private static readonly TimeSpan ExpelledAfter = TimeSpan.FromSeconds(0.5);

    /// <summary>Rounds of one pump, each for what came during the last, before others are seen to.</summary>
    private const int RoundsTogether = 4;

    private readonly Fanout _fanout;
    private readonly Shard _shard;
    private readonly ITransport _transport;
    private readonly ICodec _codec;
    private readonly bool _canHold;
    private Subscription[] _subscriptions = [];

    /// <summary>The subscription where there is just one, as there is for most who watch: a write then need not touch the array.</summary>
    private Subscription? _only;

    private Mailbox _mailbox;
    private PumpTurn _turn;
    private int _waitingBytes;
    private volatile bool _closed;
    private volatile bool _isEnding;
    private volatile bool _isExpelled;

    /// <summary>What the shard saw at its last look; null where it had no reason to.</summary>
    private Sight? _seen;

    /// <summary>Whether the transport holds what was written last, and <see cref="Release"/> is due.</summary>
    private bool _isHolding;
    private TaskCompletionSource? _roomToRead;

    internal Outlet(Fanout fanout, Shard shard, ITransport transport, ICodec codec)
    {
        _fanout = fanout;
        _shard = shard;
        _transport = transport;
        _canHold = transport.CanHold;
        _codec = codec;
        Clock = new OutletClock(shard.Now);
    }

    /// <summary>Whether nothing more will be sent.</summary>
    public bool IsClosed => _closed;

    /// <summary>Whether it ends, or has: what the other side still says cannot be answered.</summary>
    public bool IsEnding => _isEnding || _closed;

    /// <summary>Whether the other side may not be here any more: nothing that it still says counts.</summary>
    public bool IsExpelled => _isExpelled;

    /// <summary>A field, so that it lies where the rest of what a write touches does.</summary>
    internal OutletClock Clock;

    /// <summary>Its subscriptions that were not ended; touched only under the fan-out's gate.</summary>
    internal Subscription[] Attached { get; set; } = [];

    internal Shard Shard => _shard;

    internal ReadOnlyMemory<byte> KeepAlive => _transport.KeepAlive;

    internal bool IsSocket => _transport.IsSocket;

    /// <summary>Posts a finished message to this connection alone, unless too much waits already.</summary>
    public bool TrySend(params ReadOnlySpan<ReadOnlyMemory<byte>> slices)
    {
        if (Volatile.Read(ref _waitingBytes) > _fanout.Options.MaxReplyBytes)
        {
            return false;
        }

        Send(slices);
        return true;
    }

    /// <summary>Posts a finished message to this connection alone.</summary>
    public void Send(params ReadOnlySpan<ReadOnlyMemory<byte>> slices)
    {
        var bytes = PostBytes;
        foreach (var slice in slices)
        {
            bytes += slice.Length;
        }

        Interlocked.Add(ref _waitingBytes, bytes);
        Enqueue(new Post(slices.ToArray(), bytes));
    }

    /// <summary>Posts a short message that is made only when its turn has come: what it says may change while it waits.</summary>
    public void Send(Func<ReadOnlyMemory<byte>[]> finish)
    {
        Interlocked.Add(ref _waitingBytes, PostBytes);
        Enqueue(new Post([], PostBytes) { Finish = finish });
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
    public void Close(int code, string reason)
    {
        _isEnding = true;
        Enqueue(new Post([], 0) { Close = (code, reason) });
    }

    /// <summary>
    /// Ends the connection because the other side may not be here any more. It is told why, behind what it still has to read; and whether or not it has
    /// come to that, it is cut off after a moment.
    /// </summary>
    public void Expel(int code, string reason)
    {
        _isExpelled = true;
        Close(code, reason);
        _ = CutOff();
    }

    /// <summary>Ends the connection because the hub stops: the other side is told when to come back.</summary>
    public void Farewell(int reconnectAfterMs)
    {
        Send(_codec.Farewell(reconnectAfterMs));
        Close(1012, "the hub restarts");
    }

    /// <summary>Says that something was heard from the other side.</summary>
    public void Heard() => Clock.Heard(_shard.Now);

    /// <summary>Sees what shows that the other side is there, though nothing was heard from it. Only its shard does this.</summary>
    /// <param name="acknowledgedCounts">Whether a write makes progress as soon as the other side has got any more of it, and not only when it is done.</param>
    internal void Look(bool acknowledgedCounts)
    {
        var (now, writing) = (_shard.Now, Clock.WritingSince);

        // To ask how far it has come costs something, so that nobody does while it is quiet and not pinged.
        var seen = writing > 0 || (IsSocket && Clock.IsPinged) ? new Sight(writing, _transport.Delivery) : null;
        if (seen is not null && _seen is { } before && seen.GoesOnFrom(before))
        {
            Clock.Heard(now);
            if (acknowledgedCounts)
            {
                Clock.GoesOn(now);
                seen = seen with { WritingSince = Clock.WritingSince };
            }
        }

        _seen = seen;
    }

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

    /// <summary>Ends the connection at once, without a word.</summary>
    public void Abort()
    {
        End();
        try
        {
            _transport.Abort();
        }
        catch (Exception)
        {
            // The request it belonged to may have ended at the same moment. The shard, which others are told by, must not end with it.
        }
    }

    private async Task CutOff()
    {
        await Task.Delay(ExpelledAfter, _fanout.Time).ConfigureAwait(false);
        if (_fanout.Has(this))
        {
            Abort();
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
        // Behind a close nothing is said, so that nothing is kept for it.
        if (!_closed && _mailbox.Put(post))
        {
            _shard.Wake(this);
        }
    }

    /// <summary>How far a connection had come at a look. An object of its own: an idle connection has none.</summary>
    /// <param name="WritingSince">Which write is under way, by the time that <see cref="OutletClock.WritingSince"/> has for it; 0 for none.</param>
    /// <param name="Delivery">How far what was written has come.</param>
    private sealed record Sight(long WritingSince, Delivery Delivery)
    {
        /// <summary>
        /// Whether the other side has taken something since. It must have had something to take: the system of one that has it all acknowledges
        /// a ping, too, whether or not anybody is behind it.
        /// </summary>
        public bool GoesOnFrom(Sight before) =>
            (before.WritingSince > 0 && WritingSince != before.WritingSince)
            || ((before.WritingSince > 0 || before.Delivery.HasMore) && Delivery.Acknowledged != before.Delivery.Acknowledged);
    }
}

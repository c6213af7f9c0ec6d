namespace Rollcall.Core.Fanout;

/// <summary>
/// The frames that everybody with one selection and codec hears, in order: an append-only chain of chunks of which the
/// last <see cref="KeptBytes"/> are kept, and of a burst more. Everything here happens under the fan-out's gate.
/// </summary>
internal sealed class Run(Selection selection, ICodec codec, long seq, int shards, TimeSpan burstTolerance)
{
    /// <summary>How far a subscriber may fall behind before its state is replaced; the bound of <c>docs/protocol.md</c>.</summary>
    public const int KeptBytes = 256 * 1024;

    /// <summary>The most that is kept of a burst: one batch of the writer, or many in quick succession, is no reason to resync who reads.</summary>
    private const int BurstBytes = 4 * 1024 * 1024;

    private const int SmallestChunk = 2 * 1024;
    private const int LargestChunk = 64 * 1024;
    private const int TypicalFrame = 128;

    private Chunk _first = new(0, SmallestChunk, SmallestChunk / TypicalFrame);
    private Chunk? _last;

    public Selection Selection { get; } = selection;

    public ICodec Codec { get; } = codec;

    /// <summary>
    /// Who listens, by shard; a subscription knows its place. Its outlet stands beside it: a shard takes the outlets of thousands, and would wait for
    /// each subscription to come from memory.
    /// </summary>
    public List<(Subscription Subscription, Outlet Outlet)>[] Listeners { get; } = [.. Enumerable.Range(0, shards).Select(_ => new List<(Subscription, Outlet)>())];

    /// <summary>Which shards were told that it grew, and have not looked yet.</summary>
    public bool[] Awake { get; } = new bool[shards];

    public bool HasListeners => Array.Exists(Listeners, listeners => listeners.Count > 0);

    /// <summary>Whether it holds more than is kept, because that was told just now.</summary>
    public bool HoldsBurst => _first.Next is { } second && End - second.Start >= KeptBytes;

    /// <summary>Marks a publication that was already appended through another topic of the same selection.</summary>
    public long LastOrder { get; private set; }

    /// <summary>The order of the last change of the number of sessions; 0 for none.</summary>
    public long LastCountAt { get; set; }

    /// <summary>Everything with a greater sequence number is here.</summary>
    public long CompleteAfter { get; private set; } = seq;

    private Chunk Last => _last ?? _first;

    private long End => Last.Start + Last.Length;

    /// <summary>Adds a frame.</summary>
    /// <param name="frame">Its bytes.</param>
    /// <param name="seq">Its number in the log; 0 for none, <see cref="FrameMark.State"/> for a state.</param>
    /// <param name="order">Its place among all publications.</param>
    /// <param name="now">The time on a clock that only goes forward.</param>
    public void Append(ReadOnlySpan<byte> frame, long seq, long order, TimeSpan now)
    {
        LastOrder = order;
        if (!Last.TryAppend(frame, seq, order))
        {
            var size = Math.Clamp(Last.Length * 2, SmallestChunk, LargestChunk);
            var next = new Chunk(End, Math.Max(size, frame.Length), Math.Max(4, size / TypicalFrame));
            next.TryAppend(frame, seq, order);
            Last.FilledAt = now;
            Last.Next = next;
            _last = next;
        }

        DropOld(now);
    }

    /// <summary>Lets go of what is more than is kept, and was told long enough ago; whether there was any.</summary>
    public bool DropOld(TimeSpan now)
    {
        var first = _first;
        while (HoldsBurst && (now - _first.FilledAt >= burstTolerance || End - _first.Next!.Start >= BurstBytes))
        {
            _first = Drop(_first)!;
        }

        return _first != first;
    }

    /// <summary>A frame is missing, and could not be made: whoever listens has fallen behind.</summary>
    public void Lose(long seq, long order)
    {
        LastOrder = order;

        // Nothing leads from what there was to what comes: who reads just now would step over what is missing.
        var behind = new Chunk(End, SmallestChunk, SmallestChunk / TypicalFrame);
        for (var chunk = _first; chunk is not null;)
        {
            chunk = Drop(chunk);
        }

        (_first, _last) = (behind, null);
        CompleteAfter = Math.Max(CompleteAfter, seq);
    }

    public void Join(Subscription subscription)
    {
        var listeners = Listeners[subscription.Outlet.Shard.Index];
        subscription.Place = listeners.Count;
        listeners.Add((subscription, subscription.Outlet));
    }

    /// <summary>Takes a listener away: the last one takes its place, so that ten thousand may leave at once.</summary>
    public void Leave(Subscription subscription)
    {
        var listeners = Listeners[subscription.Outlet.Shard.Index];
        var last = listeners[^1];
        (listeners[subscription.Place], last.Subscription.Place) = (last, subscription.Place);
        listeners.RemoveAt(listeners.Count - 1);
        subscription.Place = -1;
    }

    /// <summary>Behind everything there is now.</summary>
    public Cursor AtEnd() => new(Last, Last.Count);

    /// <summary>Before the first frame after a sequence number; null when it is no longer kept.</summary>
    public Cursor? After(long seq)
    {
        if (seq < CompleteAfter)
        {
            return null;
        }

        for (var chunk = _first; chunk is not null; chunk = chunk.Next)
        {
            for (var frame = 0; frame < chunk.Count; frame++)
            {
                if (chunk[frame].Seq > seq)
                {
                    return new Cursor(chunk, frame);
                }
            }
        }

        return AtEnd();
    }

    /// <summary>Keeps a chunk no longer; gives the one behind it.</summary>
    private Chunk? Drop(Chunk chunk)
    {
        for (var frame = 0; frame < chunk.Count; frame++)
        {
            CompleteAfter = Math.Max(CompleteAfter, chunk[frame].Seq);
        }

        var next = chunk.Next;
        chunk.Dropped = true;
        chunk.Next = null;
        return next;
    }
}

/// <summary>A place in a run: a chunk, and how many of its frames lie behind.</summary>
internal readonly record struct Cursor(Chunk Chunk, int Frame)
{
    /// <summary>How many bytes of the run lie behind, however many of them are kept.</summary>
    public long Place => Chunk.Start + Chunk.EndOf(Frame);
}

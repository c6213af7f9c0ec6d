namespace Rollcall.Core.Fanout;

/// <summary>
/// A stretch of a run: finished frames one behind the other, and where each ends. One writer appends under the
/// fan-out's gate; readers need no lock, because what is below <see cref="Count"/> never changes.
/// </summary>
internal sealed class Chunk(long start, int bytes, int frames)
{
    private readonly byte[] _bytes = new byte[bytes];
    private readonly FrameMark[] _marks = new FrameMark[frames];
    private volatile int _count;
    private volatile bool _dropped;
    private volatile Chunk? _next;

    /// <summary>Where in the run it begins.</summary>
    public long Start { get; } = start;

    /// <summary>The chunk behind it; null at the end of the run, and once it was dropped.</summary>
    public Chunk? Next
    {
        get => _next;
        set => _next = value;
    }

    /// <summary>Whether the run no longer keeps it: who still stands in it has fallen behind.</summary>
    public bool Dropped
    {
        get => _dropped;
        set => _dropped = value;
    }

    /// <summary>When its last frame was added; set when the next chunk begins.</summary>
    public TimeSpan FilledAt { get; set; }

    /// <summary>How many frames it holds.</summary>
    public int Count => _count;

    /// <summary>How many bytes they take.</summary>
    public int Length => EndOf(_count);

    /// <summary>Where in the chunk the first so many frames end.</summary>
    public int EndOf(int frames) => frames == 0 ? 0 : _marks[frames - 1].End;

    /// <summary>The log's number and the order of a frame.</summary>
    public ref readonly FrameMark this[int frame] => ref _marks[frame];

    /// <summary>The bytes of some frames.</summary>
    public ReadOnlyMemory<byte> Frames(int from, int to) => _bytes.AsMemory(EndOf(from), EndOf(to) - EndOf(from));

    public bool TryAppend(ReadOnlySpan<byte> frame, long seq, long order)
    {
        var length = Length;
        if (_count == _marks.Length || frame.Length > _bytes.Length - length)
        {
            return false;
        }

        frame.CopyTo(_bytes.AsSpan(length));
        _marks[_count] = new FrameMark(length + frame.Length, seq, order);
        _count++;
        return true;
    }
}

/// <summary>One frame's end within its chunk, its number in the log (0 for none, <see cref="State"/> for a state), and its place among all publications.</summary>
internal readonly record struct FrameMark(int End, long Seq, long Order)
{
    /// <summary>Instead of a number in the log: a state that a later one replaces.</summary>
    public const long State = -1;
}

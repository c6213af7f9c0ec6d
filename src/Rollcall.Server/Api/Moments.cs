namespace Rollcall.Server.Api;

/// <summary>
/// Moments of the log that were folded before, so that the next one near them need not be folded from the beginning: the
/// last few as they are, and one in each stretch of the log compressed. When those take too much room, the stretches
/// become twice as long. Not synchronised.
/// </summary>
/// <param name="mostBytes">How much room the compressed ones may take.</param>
/// <param name="stretch">How many events a stretch has, at first.</param>
internal sealed class Moments(long mostBytes, long stretch)
{
    /// <summary>A page of a moment's sessions follows the other, and a scrubber goes back and forth.</summary>
    private const int Recent = 4;

    private readonly LinkedList<Moment> _recent = [];
    private readonly SortedDictionary<long, (Mark Mark, byte[] Bytes)> _kept = [];
    private long _bytes;

    /// <summary>How many events a stretch has now.</summary>
    public long Stretch { get; private set; } = stretch;

    /// <summary>How many bytes the compressed ones take.</summary>
    public long Bytes => _bytes;

    /// <summary>The last one that is neither behind an event nor a time; null when there is none.</summary>
    public Moment? Before(long seq, DateTimeOffset time)
    {
        var recent = _recent.Where(moment => moment.Seq <= seq && moment.Latest <= time).MaxBy(moment => moment.Seq);
        var (mark, bytes) = _kept.Values.LastOrDefault(kept => kept.Mark.Seq <= seq && kept.Mark.Latest <= time);
        if (bytes is not null && mark.Seq > (recent?.Seq ?? 0))
        {
            recent = Moment.FromBytes(bytes);
        }

        return recent;
    }

    /// <summary>Whether the stretch of an event has none yet.</summary>
    public bool Lacks(long seq) => seq >= Stretch && !_kept.ContainsKey(seq / Stretch);

    /// <summary>Keeps the moment of a stretch.</summary>
    public void Keep(Moment moment)
    {
        var bytes = moment.ToBytes();
        _kept[moment.Seq / Stretch] = (new(moment.Seq, moment.Latest), bytes);
        _bytes += bytes.Length;
        while (_bytes > mostBytes && _kept.Count > 0)
        {
            Widen();
        }
    }

    /// <summary>Remembers one that was asked for.</summary>
    public void Remember(Moment moment)
    {
        if (_recent.FirstOrDefault(known => known.Seq == moment.Seq) is { } same)
        {
            _recent.Remove(same);
        }

        _recent.AddFirst(moment);
        if (_recent.Count > Recent)
        {
            _recent.RemoveLast();
        }
    }

    /// <summary>Forgets those before an event: what ended a session of theirs may no longer be in the log.</summary>
    public void ForgetBefore(long seq)
    {
        foreach (var gone in _recent.Where(moment => moment.Seq < seq).ToList())
        {
            _recent.Remove(gone);
        }

        foreach (var (key, (mark, bytes)) in _kept.TakeWhile(kept => kept.Value.Mark.Seq < seq).ToList())
        {
            _kept.Remove(key);
            _bytes -= bytes.Length;
        }
    }

    /// <summary>Makes one stretch of two, with the first moment of both.</summary>
    private void Widen()
    {
        Stretch *= 2;
        var before = _kept.Values.ToList();
        _kept.Clear();
        foreach (var kept in before.Where(kept => kept.Mark.Seq >= Stretch))
        {
            _kept.TryAdd(kept.Mark.Seq / Stretch, kept);
        }

        _bytes = _kept.Values.Sum(kept => (long)kept.Bytes.Length);
    }

    private readonly record struct Mark(long Seq, DateTimeOffset Latest);
}

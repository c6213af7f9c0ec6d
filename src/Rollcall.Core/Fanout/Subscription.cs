namespace Rollcall.Core.Fanout;

/// <summary>
/// One connection's place in a run. Nothing is queued for it: what it still lacks lies between its cursor and the
/// run's end, or in the log. Touched only by its outlet's pump once it is attached.
/// </summary>
public sealed class Subscription
{
    /// <summary>Events that it may lack while it replays, and still lack more each time.</summary>
    public const long MostLacking = 10_000;

    private volatile bool _stopped;

    /// <summary>Where in its run it stood when it was told a large state; -1 when it was told none.</summary>
    private long _statedPlace = -1;

    /// <summary>How many numbers of the log the last replay went over.</summary>
    private long _replayed;

    internal Subscription(Outlet outlet, Run run, string? joinRef)
    {
        Outlet = outlet;
        Run = run;
        JoinRef = joinRef;
        Cursor = run.AtEnd();
    }

    /// <summary>What it hears; one instance for all who hear the same.</summary>
    public Selection Selection => Run.Selection;

    /// <summary>How it is told.</summary>
    public ICodec Codec => Run.Codec;

    /// <summary>The client's own name for this subscription, where its protocol has one.</summary>
    public string? JoinRef { get; }

    internal Outlet Outlet { get; }

    internal Run Run { get; }

    /// <summary>Where it stands among its run's listeners; touched only under the fan-out's gate.</summary>
    internal int Place { get; set; } = -1;

    internal Cursor Cursor { get; set; }

    /// <summary>Of the states that are not in the log, those that were published up to this order are passed over: the last one was told.</summary>
    internal long StatedAt { get; set; }

    /// <summary>What lies in the log between these two is told before the run is read on.</summary>
    internal long ReplayAfter { get; set; }

    internal long ReplayUpTo { get; private set; }

    internal bool IsReplaying => ReplayAfter < ReplayUpTo;

    /// <summary>Whether neither the run nor the log keeps what comes next for it.</summary>
    internal bool HasFallenBehind => !IsReplaying && (IsLost || Cursor.Chunk.Dropped);

    /// <summary>Whether the log lost what was to be replayed.</summary>
    internal bool IsLost { get; set; }

    /// <summary>Whether it has fallen behind before it was told anything behind its state, where that is so large that its reader may need longer for it than the run keeps what is told.</summary>
    internal bool HasOnlyState => _statedPlace == Cursor.Place;

    /// <summary>Up to which number of the log it was told everything, as far as its place in the run shows it; null where it does not.</summary>
    internal long? ToldUpTo
    {
        get
        {
            if (IsLost)
            {
                return null;
            }

            var (chunk, frame) = Cursor;
            for (var next = frame; next < chunk.Count; next++)
            {
                if (chunk[next].Seq > 0)
                {
                    return chunk[next].Seq - 1;
                }
            }

            for (var last = frame - 1; last >= 0; last--)
            {
                if (chunk[last].Seq > 0)
                {
                    return chunk[last].Seq;
                }
            }

            return null;
        }
    }

    /// <summary>Has it go on at the end of its run, behind a state. Called under the fan-out's gate.</summary>
    /// <param name="seq">As of which the state is.</param>
    /// <param name="order">What was published last by then.</param>
    /// <param name="lacksMore">Whether more was published since, which it has to be told from the log.</param>
    internal void GoOnBehindState(long seq, long order, bool lacksMore = false)
    {
        GoOnBehindReplay(seq, seq, order);
        (IsLost, _statedPlace) = (lacksMore, Cursor.Place);
    }

    /// <summary>Its state is so small that who is quicker than what is told has read it in time.</summary>
    internal void NoteSmallState() => _statedPlace = IsLost ? _statedPlace : -1;

    /// <summary>Has it go on at the end of its run, behind what the log has. Called under the fan-out's gate.</summary>
    /// <param name="after">Behind this sequence number.</param>
    /// <param name="upTo">Up to this one, the last that was published.</param>
    /// <param name="order">What was published last: who is told the states of then hears no older one.</param>
    internal void GoOnBehindReplay(long after, long upTo, long order)
    {
        (Cursor, StatedAt, IsLost, _statedPlace) = (Run.AtEnd(), order, false, -1);
        (ReplayAfter, ReplayUpTo, _replayed) = (after, upTo, upTo - after);
    }

    /// <summary>
    /// Whether it would be of no use to go on replaying up to a sequence number: more was told meanwhile than was replayed, and that is much, so that it would
    /// never come to an end.
    /// </summary>
    internal bool IsSlowerThan(long upTo) => upTo - ReplayAfter is var lacking && lacking > MostLacking && lacking >= _replayed;

    /// <summary>Whether it was ended, perhaps before it was started; set by anybody.</summary>
    internal bool IsStopped
    {
        get => _stopped;
        set => _stopped = value;
    }
}

namespace Rollcall.Core.Fanout;

/// <summary>
/// One connection's place in a run. Nothing is queued for it: what it still lacks lies between its cursor and the
/// run's end, or in the log. Touched only by its outlet's pump once it is attached.
/// </summary>
public sealed class Subscription
{
    private volatile bool _stopped;

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

    internal long ReplayUpTo { get; set; }

    internal bool IsReplaying => ReplayAfter < ReplayUpTo;

    /// <summary>Whether neither the run nor the log keeps what comes next for it.</summary>
    internal bool HasFallenBehind => !IsReplaying && (IsLost || Cursor.Chunk.Dropped);

    /// <summary>Whether the log lost what was to be replayed.</summary>
    internal bool IsLost { get; set; }

    /// <summary>Whether it was ended, perhaps before it was started; set by anybody.</summary>
    internal bool IsStopped
    {
        get => _stopped;
        set => _stopped = value;
    }
}

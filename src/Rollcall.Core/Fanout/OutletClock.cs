namespace Rollcall.Core.Fanout;

/// <summary>When a connection was last heard, pinged and written to, and since when a write makes no progress. In milliseconds of its shard's clock.</summary>
internal struct OutletClock(long now)
{
    private long _heard = now;
    private long _written = now;
    private long _pinged = now;
    private long _writingSince;

    public long LastHeard => Volatile.Read(ref _heard);

    /// <summary>Since when nothing was heard of a socket, or written to what cannot be heard, and it was not pinged either.</summary>
    public long Quiet(bool isSocket) => Math.Max(Volatile.Read(ref isSocket ? ref _heard : ref _written), Volatile.Read(ref _pinged));

    /// <summary>Whether it was pinged, and not heard since.</summary>
    public bool IsPinged => Volatile.Read(ref _pinged) > LastHeard;

    /// <summary>Since when a write that is under way makes no progress; 0 when none is under way.</summary>
    public long WritingSince => Volatile.Read(ref _writingSince);

    /// <summary>Since when it is told that it ends, behind what it still has to read; 0 when it is not.</summary>
    public long DoomedSince { get; private set; }

    public void Heard(long now) => Volatile.Write(ref _heard, now);

    public void Writing(long now) => Volatile.Write(ref _writingSince, Math.Max(1, now));

    public void Written(long now)
    {
        Volatile.Write(ref _writingSince, 0);
        Volatile.Write(ref _written, now);
    }

    /// <summary>All times begin anew.</summary>
    public void Restart(long now)
    {
        Heard(now);
        GoesOn(now);
        DoomedSince = DoomedSince > 0 ? now : 0;
    }

    /// <summary>The write that is under way, if one is, makes progress now.</summary>
    public void GoesOn(long now)
    {
        var since = WritingSince;
        if (since > 0)
        {
            Interlocked.CompareExchange(ref _writingSince, Math.Max(1, now), since);
        }
    }

    public void Doom(long now) => DoomedSince = Math.Max(1, now);

    public void Pinged(long now) => Volatile.Write(ref _pinged, now);
}

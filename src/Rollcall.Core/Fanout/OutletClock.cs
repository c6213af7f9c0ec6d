namespace Rollcall.Core.Fanout;

/// <summary>When a connection was last heard, last wrote, and since when a write makes no progress. In milliseconds of its shard's clock.</summary>
internal sealed class OutletClock(long now)
{
    private long _heard = now;
    private long _written = now;
    private long _writingSince;

    public long LastHeard => Volatile.Read(ref _heard);

    public long LastWritten => Volatile.Read(ref _written);

    /// <summary>Since when a write is under way; 0 when none is.</summary>
    public long WritingSince => Volatile.Read(ref _writingSince);

    /// <summary>Whether it was already told that it ends.</summary>
    public bool Doomed { get; set; }

    public void Heard(long now) => Volatile.Write(ref _heard, now);

    public void Writing(long now) => Volatile.Write(ref _writingSince, Math.Max(1, now));

    public void Written(long now)
    {
        Volatile.Write(ref _writingSince, 0);
        Pinged(now);
    }

    /// <summary>A ping was posted. A write that begins meanwhile is none of its business.</summary>
    public void Pinged(long now) => Volatile.Write(ref _written, now);
}

namespace Rollcall.Server.Tests.Faults;

/// <summary>How a line ends when its time has come.</summary>
internal enum Ending
{
    /// <summary>A reset: a process that was killed.</summary>
    Reset,

    /// <summary>An orderly end of both directions.</summary>
    Close,

    /// <summary>The client's own direction ends; it goes on reading.</summary>
    HalfClose,

    /// <summary>Nothing at all: a cable that was pulled. The hub finds out by itself.</summary>
    Silence,
}

/// <summary>What befalls one connection, and after how many of its bytes.</summary>
/// <param name="ReadCut">Bytes from the hub after which it ends.</param>
/// <param name="WriteCut">Bytes to the hub after which it ends.</param>
/// <param name="Ending">How it ends.</param>
/// <param name="Stalls">Where the client stops reading, and for how long.</param>
/// <param name="Pieces">Where the random sizes of single reads and writes come from; null for whatever there is.</param>
/// <param name="IsNarrow">Whether the kernel buffers little of it, so that a stall is felt by the hub.</param>
internal sealed record FaultPlan(
    long ReadCut, long WriteCut, Ending Ending, IReadOnlyList<(long At, TimeSpan Wait)> Stalls, int? Pieces, bool IsNarrow)
{
    /// <summary>A line that holds.</summary>
    public static readonly FaultPlan None = new(long.MaxValue, long.MaxValue, Ending.Close, [], null, false);

    /// <summary>Cuts anywhere: within the handshake, a request's head, a join, a snapshot, an event.</summary>
    public static FaultPlan Roll(Random random)
    {
        var stalls = random.Next(2) == 0 ? [] : Enumerable.Range(0, random.Next(1, 4))
            .Select(_ => (AnySize(random, 20), TimeSpan.FromMilliseconds(random.Next(20, 1500)))).OrderBy(stall => stall.Item1).ToList();
        return new FaultPlan(
            random.Next(3) == 0 ? long.MaxValue : AnySize(random, 20),
            random.Next(3) > 0 ? long.MaxValue : random.Next(1200),
            (Ending)random.Next(4),
            stalls,
            random.Next(2) == 0 ? random.Next() : null,
            stalls.Count > 0 || random.Next(4) == 0);
    }

    /// <summary>As often between 1 and 2 bytes as between half of the greatest and the greatest.</summary>
    private static long AnySize(Random random, int bits) => random.NextInt64(1L << random.Next(1, bits + 1));
}

using System.Numerics;

namespace Rollcall.Core.Log.Lists;

/// <summary>What a list is sorted by: a number, and after that the slot.</summary>
internal interface IOrder
{
    long Key(SessionChunk chunk, int at);

    /// <summary>No key of a chunk is outside of these.</summary>
    Bounds Bounds(SessionChunk chunk);
}

/// <summary>By the last change.</summary>
internal readonly struct ByUpdate : IOrder
{
    public long Key(SessionChunk chunk, int at) => chunk.UpdatedAt[at];

    public Bounds Bounds(SessionChunk chunk) => chunk.Updates;
}

/// <summary>By the beginning of the life.</summary>
internal readonly struct ByCreation : IOrder
{
    public long Key(SessionChunk chunk, int at) => chunk.CreatedAt[at];

    public Bounds Bounds(SessionChunk chunk) => chunk.Creations;
}

/// <summary>Along the life cycle; those of the same status by their last change.</summary>
internal readonly struct ByStatus : IOrder
{
    /// <summary>Enough for the milliseconds until the year 9999.</summary>
    private const int TimeBits = 48;

    public long Key(SessionChunk chunk, int at) => Key(chunk.Kind[at], chunk.UpdatedAt[at]);

    public Bounds Bounds(SessionChunk chunk)
    {
        var bounds = Lists.Bounds.None;
        for (var kinds = chunk.Kinds; kinds != 0; kinds &= kinds - 1)
        {
            var kind = BitOperations.TrailingZeroCount(kinds);
            bounds = bounds.With(Key(kind, chunk.Updates.Least)).With(Key(kind, chunk.Updates.Greatest));
        }

        return bounds;
    }

    private static long Key(int kind, long updatedAt) =>
        ((long)SessionChunk.StatusOf(kind) << TimeBits) | Math.Clamp(updatedAt, 0, (1L << TimeBits) - 1);
}

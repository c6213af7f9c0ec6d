using Rollcall.Protocol;

namespace Rollcall.Core.Log.Lists;

/// <summary>What a list is sorted by: a number first, then whatever else tells two sessions apart.</summary>
internal interface IOrder
{
    long Key(SessionChunk chunk, int at);

    /// <summary>Compares two sessions of the same key; 0 when only their slots tell them apart.</summary>
    int Compare(SessionChunk one, int at, SessionChunk other, int otherAt);
}

/// <summary>By the last change.</summary>
internal readonly struct ByUpdate : IOrder
{
    public long Key(SessionChunk chunk, int at) => chunk.UpdatedAt[at];

    public int Compare(SessionChunk one, int at, SessionChunk other, int otherAt) => 0;
}

/// <summary>By the beginning of the life.</summary>
internal readonly struct ByCreation : IOrder
{
    public long Key(SessionChunk chunk, int at) => chunk.CreatedAt[at];

    public int Compare(SessionChunk one, int at, SessionChunk other, int otherAt) => 0;
}

/// <summary>Along the life cycle; those of the same status by their last change.</summary>
internal readonly struct ByStatus : IOrder
{
    /// <summary>Enough for the milliseconds until the year 9999.</summary>
    private const int TimeBits = 48;

    public long Key(SessionChunk chunk, int at) =>
        ((long)SessionChunk.StatusOf(chunk.Kind[at]) << TimeBits) | Math.Max(0, chunk.UpdatedAt[at]);

    public int Compare(SessionChunk one, int at, SessionChunk other, int otherAt) => 0;
}

/// <summary>By the name, whatever its case; those without one last, either way.</summary>
internal readonly struct ByName(bool descending) : IOrder
{
    // Descending lists are ascending ones from their end.
    private readonly long nameless = descending ? long.MinValue : long.MaxValue;

    public long Key(SessionChunk chunk, int at) => chunk.NameKey[at] is var key and not SessionText.Nameless ? key : nameless;

    public int Compare(SessionChunk one, int at, SessionChunk other, int otherAt) =>
        SessionText.Name(one.Text[at]).SequenceCompareTo(SessionText.Name(other.Text[otherAt]));
}

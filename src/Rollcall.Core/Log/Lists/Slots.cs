namespace Rollcall.Core.Log.Lists;

/// <summary>What a chunk of slots must be: able to be copied, with a text per slot.</summary>
internal interface IChunk<out T>
{
    TextChunk Text { get; }

    T Copy();
}

/// <summary>
/// Numbered slots in chunks. What was shared stays as it was for whoever reads it: a chunk is copied before it is changed
/// for the first time after that. Unsynchronised, but for what was shared.
/// </summary>
internal sealed class Slots<T>
    where T : class, IChunk<T>, new()
{
    private readonly List<int> free = [];
    private T[] chunks = [];
    private bool[] owned = [];
    private T[]? shared = [];
    private int next;

    /// <summary>The chunk of a slot, to be read.</summary>
    public T Of(int slot) => chunks[slot / Slots.InChunk];

    /// <summary>The chunk of a slot, to be changed.</summary>
    public T Changing(int slot)
    {
        var chunk = slot / Slots.InChunk;
        if (!owned[chunk])
        {
            (chunks[chunk], owned[chunk], shared) = (chunks[chunk].Copy(), true, null);
        }

        return chunks[chunk];
    }

    /// <summary>How many chunks there are.</summary>
    public int Chunks => (next + Slots.InChunk - 1) / Slots.InChunk;

    /// <summary>A slot that nobody has.</summary>
    public int Take()
    {
        if (free.Count > 0)
        {
            var slot = free[^1];
            free.RemoveAt(free.Count - 1);
            return slot;
        }

        var chunk = next / Slots.InChunk;
        if (next % Slots.InChunk == 0)
        {
            if (chunk == chunks.Length)
            {
                Array.Resize(ref chunks, Math.Max(4, 2 * chunk));
                Array.Resize(ref owned, chunks.Length);
            }

            (chunks[chunk], owned[chunk], shared) = (new T(), true, null);
        }

        return next++;
    }

    public void Free(int slot) => free.Add(slot);

    /// <summary>All chunks as they are now, for good.</summary>
    public T[] Share()
    {
        if (shared is null)
        {
            shared = chunks[..((next + Slots.InChunk - 1) / Slots.InChunk)];
            Array.Clear(owned);
        }

        return shared;
    }
}

/// <summary>What all slots have in common.</summary>
internal static class Slots
{
    /// <summary>Few enough that copying a chunk is a matter of a microsecond, many enough that the vectors of a search are full.</summary>
    public const int InChunk = 256;

    /// <summary>Words of a set of a chunk's slots.</summary>
    public const int Words = InChunk / 64;
}

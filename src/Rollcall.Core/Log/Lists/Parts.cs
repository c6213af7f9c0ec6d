namespace Rollcall.Core.Log.Lists;

/// <summary>Shares out work on chunks among the cores, where there is enough of it.</summary>
internal static class Parts
{
    /// <summary>Chunks in a part: some tens of microseconds of work.</summary>
    private const int Size = 64;

    /// <summary>Calls for parts that together are all chunks, on several threads at once.</summary>
    public static void Each(int chunks, Action<int, int> work)
    {
        if (chunks <= 2 * Size)
        {
            work(0, chunks);
        }
        else
        {
            Parallel.For(0, (chunks + Size - 1) / Size, part => work(part * Size, Math.Min(chunks, (part + 1) * Size)));
        }
    }
}

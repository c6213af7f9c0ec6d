namespace Rollcall.Core.Log.Lists;

/// <summary>Finds the slot of a session's id, without keeping the id once more. Unsynchronised.</summary>
internal sealed class IdTable(Slots<SessionChunk> sessions)
{
    /// <summary>So many tables share the ids, so that one that grows stops nobody for long.</summary>
    private const int Shards = 256;

    private const int Least = 8;

    /// <summary>Open addressing: each entry is a hash and, below it, a slot plus one; 0 is a free place.</summary>
    private readonly ulong[][] tables = [.. Enumerable.Repeat(Array.Empty<ulong>(), Shards)];

    private readonly int[] counts = new int[Shards];

    /// <summary>The slot of an id; -1 where there is none.</summary>
    public int Find(ReadOnlySpan<byte> id)
    {
        var hash = Hash(id);
        var table = tables[hash % Shards];
        var place = Place(table, hash, id);
        return place < 0 ? -1 : Slot(table[place]);
    }

    /// <summary>Adds an id that is not there.</summary>
    public void Add(ReadOnlySpan<byte> id, int slot)
    {
        var hash = Hash(id);
        var shard = hash % Shards;
        if (++counts[shard] * 4 > tables[shard].Length * 3)
        {
            Grow(ref tables[shard]);
        }

        Put(tables[shard], ((ulong)hash << 32) | (uint)(slot + 1));
    }

    /// <summary>Removes an id; its slot, or -1 where there is none.</summary>
    public int Remove(ReadOnlySpan<byte> id)
    {
        var hash = Hash(id);
        var table = tables[hash % Shards];
        var place = Place(table, hash, id);
        if (place < 0)
        {
            return -1;
        }

        var slot = Slot(table[place]);
        counts[hash % Shards]--;

        // Those behind it move up, unless that would put them before the place where they are looked for first.
        var mask = table.Length - 1;
        for (var next = (place + 1) & mask; table[next] != 0; next = (next + 1) & mask)
        {
            if (((next - Home(table[next], mask)) & mask) >= ((next - place) & mask))
            {
                table[place] = table[next];
                place = next;
            }
        }

        table[place] = 0;
        return slot;
    }

    private int Place(ulong[] table, uint hash, ReadOnlySpan<byte> id)
    {
        var mask = table.Length - 1;
        if (mask < 0)
        {
            return -1;
        }

        for (var place = (int)(hash / Shards) & mask; table[place] != 0; place = (place + 1) & mask)
        {
            if (table[place] >> 32 == hash && SessionText.Id(TextOf(Slot(table[place]))).SequenceEqual(id))
            {
                return place;
            }
        }

        return -1;
    }

    private ReadOnlySpan<byte> TextOf(int slot) => sessions.Of(slot).Text[slot % Slots.InChunk];

    private static void Grow(ref ulong[] table)
    {
        var larger = new ulong[Math.Max(Least, 2 * table.Length)];
        foreach (var entry in table)
        {
            if (entry != 0)
            {
                Put(larger, entry);
            }
        }

        table = larger;
    }

    private static void Put(ulong[] table, ulong entry)
    {
        var mask = table.Length - 1;
        var place = Home(entry, mask);
        while (table[place] != 0)
        {
            place = (place + 1) & mask;
        }

        table[place] = entry;
    }

    private static int Home(ulong entry, int mask) => (int)((uint)(entry >> 32) / Shards) & mask;

    private static int Slot(ulong entry) => (int)(uint)entry - 1;

    private static uint Hash(ReadOnlySpan<byte> id)
    {
        var hash = default(HashCode);
        hash.AddBytes(id);
        return (uint)hash.ToHashCode();
    }
}

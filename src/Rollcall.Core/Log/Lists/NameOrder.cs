using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Rollcall.Core.Log.Lists;

/// <summary>
/// All slots that have a name, sorted by it, whatever its case; as of some texts, and brought up to date by placing
/// anew only what differs. Immutable.
/// </summary>
internal sealed class NameOrder
{
    public static readonly NameOrder Empty = new([], [], []);

    private readonly TextChunk[] texts;
    private readonly int[] sorted;
    private readonly ulong[] named;

    private NameOrder(TextChunk[] texts, int[] sorted, ulong[] named) => (this.texts, this.sorted, this.named) = (texts, sorted, named);

    /// <summary>The order of these sessions.</summary>
    public NameOrder Of(SessionChunk[] sessions)
    {
        var now = Array.ConvertAll(sessions, chunk => chunk.Text);
        if (now.AsSpan().SequenceEqual(texts))
        {
            return this;
        }

        var length = Math.Max(now.Length, texts.Length);
        var (changed, names) = (new ulong[length * Slots.Words], new ulong[length * Slots.Words]);
        named.CopyTo(names, 0);
        var placed = new List<int>();
        for (var i = 0; i < length; i++)
        {
            var before = i < texts.Length ? texts[i] : TextChunk.Empty;
            var after = i < now.Length ? now[i] : TextChunk.Empty;
            for (var at = 0; before != after && at < Math.Max(before.Count, after.Count); at++)
            {
                if (at < before.Count && at < after.Count && before[at].SequenceEqual(after[at]))
                {
                    continue;
                }

                var slot = (i * Slots.InChunk) + at;
                changed[slot >> 6] |= 1UL << slot;
                names[slot >> 6] &= ~(1UL << slot);
                if (at < after.Count && SessionText.HasName(after[at]))
                {
                    names[slot >> 6] |= 1UL << slot;
                    placed.Add(slot);
                }
            }
        }

        var anew = placed.ToArray();
        Sort(anew, now, 0);
        return new(now, Merge(changed, anew, now), names[..(now.Length * Slots.Words)]);
    }

    /// <summary>The slots of a page; those without a name come last, either way.</summary>
    public int[] Page(Matches matches, SessionQuery query)
    {
        var (skip, page) = (Math.Max(0L, query.Skip), new List<int>());
        for (var i = 0; i < sorted.Length && page.Count < query.Limit; i++)
        {
            var slot = sorted[query.Descending ? sorted.Length - 1 - i : i];
            if (matches.Has(slot) && skip-- <= 0)
            {
                page.Add(slot);
            }
        }

        for (var i = 0; i < named.Length && page.Count < query.Limit; i++)
        {
            var word = query.Descending ? named.Length - 1 - i : i;
            var left = matches[word] & ~named[word];
            if (BitOperations.PopCount(left) is var count && count <= skip)
            {
                skip -= count;
                continue;
            }

            for (; left != 0 && page.Count < query.Limit;)
            {
                var bit = query.Descending ? 63 - BitOperations.LeadingZeroCount(left) : BitOperations.TrailingZeroCount(left);
                left &= ~(1UL << bit);
                if (skip-- <= 0)
                {
                    page.Add((word << 6) + bit);
                }
            }
        }

        return [.. page];
    }

    /// <summary>What was sorted before, without what has changed, and with what is sorted anew in its places.</summary>
    private int[] Merge(ulong[] changed, int[] anew, TextChunk[] now)
    {
        var (merged, from, to) = (GC.AllocateUninitializedArray<int>(sorted.Length + anew.Length), 0, 0);
        foreach (var slot in anew)
        {
            var (low, high) = (from, sorted.Length);
            while (low < high)
            {
                var middle = (low + high) >> 1;
                (low, high) = Compare(sorted[middle], texts, slot, now) < 0 ? (middle + 1, high) : (low, middle);
            }

            to = Keep(from, low);
            from = low;
            merged[to++] = slot;
        }

        to = Keep(from, sorted.Length);
        return to == merged.Length ? merged : merged[..to];

        int Keep(int first, int end)
        {
            var next = to;
            foreach (var slot in sorted.AsSpan(first..end))
            {
                merged[next] = slot;
                next += (int)(~changed[slot >> 6] >> slot & 1);
            }

            return next;
        }
    }

    /// <summary>Sorts slots whose names agree up to an offset: by their next eight bytes, then those that agree in these.</summary>
    private static void Sort(Span<int> slots, TextChunk[] texts, int offset)
    {
        var keys = ArrayPool<ulong>.Shared.Rent(slots.Length);
        var longest = 0;
        for (var i = 0; i < slots.Length; i++)
        {
            var name = Name(slots[i], texts);
            longest = Math.Max(longest, name.Length);
            keys[i] = Word(name, offset);
        }

        if (longest <= offset)
        {
            // They differ in nothing but how many zeros they end with, if at all.
            slots.Sort((one, other) => Compare(one, texts, other, texts));
        }
        else
        {
            keys.AsSpan(0, slots.Length).Sort(slots);
            for (var (first, next) = (0, 1); first < slots.Length; first = next++)
            {
                while (next < slots.Length && keys[next] == keys[first])
                {
                    next++;
                }

                if (next - first > 1)
                {
                    Sort(slots[first..next], texts, offset + sizeof(ulong));
                }
            }
        }

        ArrayPool<ulong>.Shared.Return(keys);
    }

    private static ulong Word(ReadOnlySpan<byte> name, int offset)
    {
        if (name.Length >= offset + sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(name[offset..]);
        }

        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        padded.Clear();
        name[Math.Min(offset, name.Length)..].CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }

    private static int Compare(int one, TextChunk[] texts, int other, TextChunk[] otherTexts) =>
        Name(one, texts).SequenceCompareTo(Name(other, otherTexts)) is var order and not 0 ? order : one.CompareTo(other);

    private static ReadOnlySpan<byte> Name(int slot, TextChunk[] texts) => SessionText.Name(texts[slot / Slots.InChunk][slot % Slots.InChunk]);
}

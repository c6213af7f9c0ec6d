using System.Buffers;
using System.Numerics;

namespace Rollcall.Core.Log.Lists;

/// <summary>The sessions that a list's filters choose, as a set of bits, and their number. Lent: it is disposed of.</summary>
internal sealed class Matches : IDisposable
{
    private readonly ulong[] bits;

    private Matches(SessionChunk[] sessions, ulong[] bits, long total) => (Sessions, this.bits, Total) = (sessions, bits, total);

    public SessionChunk[] Sessions { get; }

    public long Total { get; }

    /// <summary>A word of the set, which is 64 slots.</summary>
    public ulong this[int word] => bits[word];

    /// <summary>Those of the chosen kinds and places; of a search, those whose text or place was found.</summary>
    public static Matches Of(SessionChunk[] sessions, uint kinds, PlaceChoice places, SlotSet? texts)
    {
        var bits = ArrayPool<ulong>.Shared.Rent(sessions.Length * Slots.Words);
        var total = 0L;
        Parts.Each(sessions.Length, (from, to) =>
        {
            var found = 0L;
            for (var i = from; i < to; i++)
            {
                var words = bits.AsSpan(i * Slots.Words, Slots.Words);
                Choose(sessions[i], kinds, places, words);
                if (texts is not null)
                {
                    Search(sessions[i], places, texts.In(i), words);
                }

                foreach (var word in words)
                {
                    found += BitOperations.PopCount(word);
                }
            }

            Interlocked.Add(ref total, found);
        });
        return new(sessions, bits, total);
    }

    public bool Has(int slot) => (bits[slot >> 6] >> slot & 1) != 0;

    /// <summary>The words of a chunk.</summary>
    public ReadOnlySpan<ulong> In(int chunk) => bits.AsSpan(chunk * Slots.Words, Slots.Words);

    /// <summary>Every so many-th match, from the first on.</summary>
    public int[] Every(long stride)
    {
        var (slots, next, passed) = (new int[(int)((Total + stride - 1) / stride)], 0, 0L);
        for (var word = 0; next < slots.Length; word++)
        {
            var count = BitOperations.PopCount(bits[word]);
            for (; next < slots.Length && next * stride < passed + count; next++)
            {
                slots[next] = (word << 6) + Nth(bits[word], (int)((next * stride) - passed));
            }

            passed += count;
        }

        return slots;
    }

    public void Dispose() => ArrayPool<ulong>.Shared.Return(bits);

    private static void Choose(SessionChunk chunk, uint kinds, PlaceChoice places, Span<ulong> words)
    {
        if ((chunk.Kinds & kinds) == 0)
        {
            words.Clear();
            return;
        }

        var allKinds = (chunk.Kinds & ~kinds) == 0;
        if (allKinds && places.All)
        {
            words.Fill(ulong.MaxValue);
            return;
        }

        for (var word = 0; word < words.Length; word++)
        {
            var kind = chunk.Kind.AsSpan(word * 64, 64);
            var place = chunk.Place.AsSpan(word * 64, 64);
            var chosen = 0UL;
            if (places.All)
            {
                for (var i = 0; i < kind.Length; i++)
                {
                    chosen |= (ulong)((kinds >> kind[i]) & 1) << i;
                }
            }
            else
            {
                for (var i = 0; i < kind.Length; i++)
                {
                    chosen |= (ulong)((kinds >> kind[i]) & places.Chosen[place[i]]) << i;
                }
            }

            words[word] = chosen;
        }
    }

    private static void Search(SessionChunk chunk, PlaceChoice places, ReadOnlySpan<ulong> texts, Span<ulong> words)
    {
        for (var word = 0; word < words.Length; word++)
        {
            var found = texts[word];
            if (places.Found is { } inPlaces)
            {
                for (var left = words[word] & ~found; left != 0; left &= left - 1)
                {
                    var i = BitOperations.TrailingZeroCount(left);
                    found |= inPlaces[chunk.Place[(word * 64) + i]] << i;
                }
            }

            words[word] &= found;
        }
    }

    private static int Nth(ulong word, int n)
    {
        for (; n > 0; n--)
        {
            word &= word - 1;
        }

        return BitOperations.TrailingZeroCount(word);
    }
}

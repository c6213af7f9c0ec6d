using System.Numerics;

namespace Rollcall.Core.Log.Lists;

/// <summary>The sessions that a list's filters choose, as a set of bits, and their number.</summary>
internal sealed class Matches
{
    private readonly ulong[] bits;

    private Matches(SessionChunk[] sessions, ulong[] bits, long total) => (Sessions, this.bits, Total) = (sessions, bits, total);

    public SessionChunk[] Sessions { get; }

    public long Total { get; }

    /// <summary>Those of the chosen kinds and places; of a search, those whose text or place was found.</summary>
    public static Matches Of(SessionChunk[] sessions, uint kinds, byte[] places, ulong[]? texts)
    {
        var bits = new ulong[sessions.Length * Slots.Words];
        var total = 0L;
        Parts.Each(sessions.Length, (from, to) =>
        {
            var found = 0L;
            for (var word = from * Slots.Words; word < to * Slots.Words; word++)
            {
                var chosen = Chosen(sessions[word / Slots.Words], word % Slots.Words * 64, kinds, places);
                if (texts is not null)
                {
                    chosen = Searched(sessions[word / Slots.Words], word % Slots.Words * 64, chosen, texts[word], places);
                }

                bits[word] = chosen;
                found += BitOperations.PopCount(chosen);
            }

            Interlocked.Add(ref total, found);
        });
        return new(sessions, bits, total);
    }

    /// <summary>The places of a chunk that match, as words of bits.</summary>
    public ReadOnlySpan<ulong> In(int chunk) => bits.AsSpan(chunk * Slots.Words, Slots.Words);

    /// <summary>Every so many-th match, from the first on.</summary>
    public int[] Every(long stride)
    {
        var (slots, next, passed) = (new int[(int)((Total + stride - 1) / stride)], 0, 0L);
        for (var word = 0; next < slots.Length; word++)
        {
            var left = bits[word];
            var count = BitOperations.PopCount(left);
            for (; next * stride < passed + count && next < slots.Length; next++)
            {
                slots[next] = (word << 6) + Nth(left, (int)((next * stride) - passed));
            }

            passed += count;
        }

        return slots;
    }

    private static ulong Chosen(SessionChunk chunk, int from, uint kinds, byte[] places)
    {
        var kind = chunk.Kind.AsSpan(from, 64);
        var place = chunk.Place.AsSpan(from, 64);
        var chosen = 0UL;
        for (var i = 0; i < 64; i++)
        {
            chosen |= (ulong)((kinds >> kind[i]) & places[place[i]] & PlaceChoice.Chosen) << i;
        }

        return chosen;
    }

    private static ulong Searched(SessionChunk chunk, int from, ulong chosen, ulong texts, byte[] places)
    {
        for (var left = chosen & ~texts; left != 0; left &= left - 1)
        {
            var i = BitOperations.TrailingZeroCount(left);
            texts |= (ulong)((places[chunk.Place[from + i]] & PlaceChoice.Found) >> 1) << i;
        }

        return chosen & texts;
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

using System.Numerics;

namespace Rollcall.Core.Log.Lists;

/// <summary>
/// Takes a page out of the matches as if they were sorted, in one pass over them: a sample tells between which two sessions
/// the page lies; what lies before them is counted, and only what lies between is sorted.
/// </summary>
/// <typeparam name="TOrder">What they are sorted by.</typeparam>
internal readonly struct Selection<TOrder>(Matches matches, TOrder order)
    where TOrder : struct, IOrder
{
    /// <summary>So many are sorted without further ado, and so many are a sample of more.</summary>
    private const int Few = 2048;

    private readonly Matches matches = matches;
    private readonly TOrder order = order;

    /// <summary>The slots of a page.</summary>
    public int[] Page(SessionQuery query)
    {
        var skip = Math.Max(0L, query.Skip);
        var length = (int)Math.Clamp(matches.Total - skip, 0, Math.Max(0, query.Limit));
        if (length == 0)
        {
            return [];
        }

        // A descending list is the ascending one from its end.
        var first = query.Descending ? matches.Total - skip - length : skip;
        var slots = Part(first, length);
        if (query.Descending)
        {
            slots.AsSpan().Reverse();
        }

        return slots;
    }

    private int[] Part(long first, int length)
    {
        if (matches.Total <= Few)
        {
            return Sorted(Between(null, null).Found, first, length);
        }

        var sample = Array.ConvertAll(matches.Every((matches.Total + Few - 1) / Few), Rank);
        sample.AsSpan().Sort();
        var (rate, total) = ((double)sample.Length / matches.Total, (double)matches.Total);
        for (var margin = 0.25; ; margin *= 4)
        {
            // A place among the sample deviates from one among all as a binomial does.
            var low = (int)Math.Floor((first * rate) - (margin * Deviation(first / total)));
            var high = (int)Math.Ceiling(((first + length) * rate) + (margin * Deviation((first + length) / total)));
            var (before, found) = Between(low >= 0 ? sample[low] : null, high < sample.Length ? sample[high] : null);
            if (before <= first && first + length <= before + found.Count)
            {
                return Sorted(found, first - before, length);
            }
        }

        double Deviation(double part) => 4 + (2.5 * Math.Sqrt(sample.Length * part * (1 - part)));
    }

    /// <summary>How many come before the low one, and which lie from there up to the high one.</summary>
    private (long Before, List<Ranked> Found) Between(Ranked? low, Ranked? high)
    {
        var (self, gate, before, found) = (this, new Lock(), 0L, new List<Ranked>());
        var (least, most) = (low ?? new(long.MinValue, -1), high ?? new(long.MaxValue, int.MaxValue));
        Parts.Each(matches.Sessions.Length, (from, to) =>
        {
            var (passed, between) = (0L, new List<Ranked>());
            for (var chunk = from; chunk < to; chunk++)
            {
                passed += self.Between(chunk, least, most, between);
            }

            lock (gate)
            {
                before += passed;
                found.AddRange(between);
            }
        });
        return (before, found);
    }

    private long Between(int number, Ranked low, Ranked high, List<Ranked> between)
    {
        var chunk = matches.Sessions[number];
        var words = matches.In(number);
        var bounds = order.Bounds(chunk);
        var before = 0L;
        if (bounds.Least > high.Key)
        {
            return 0;
        }

        for (var word = 0; word < words.Length; word++)
        {
            if (bounds.Greatest < low.Key)
            {
                before += BitOperations.PopCount(words[word]);
                continue;
            }

            for (var left = words[word]; left != 0; left &= left - 1)
            {
                var at = (word << 6) + BitOperations.TrailingZeroCount(left);
                var key = order.Key(chunk, at);
                if (key > high.Key)
                {
                    continue;
                }

                var ranked = new Ranked(key, (number * Slots.InChunk) + at);
                if (key < low.Key || (key == low.Key && ranked.Slot < low.Slot))
                {
                    before++;
                }
                else if (key < high.Key || ranked.Slot < high.Slot)
                {
                    between.Add(ranked);
                }
            }
        }

        return before;
    }

    private Ranked Rank(int slot) => new(order.Key(matches.Sessions[slot / Slots.InChunk], slot % Slots.InChunk), slot);

    private static int[] Sorted(List<Ranked> found, long first, int length)
    {
        var all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(found);
        Ranked.Sort(all, (int)first, (int)first + length);
        return Array.ConvertAll(all.Slice((int)first, length).ToArray(), ranked => ranked.Slot);
    }
}

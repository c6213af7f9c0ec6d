namespace Rollcall.Core.Log.Lists;

/// <summary>A session as a list sorts it.</summary>
internal readonly record struct Ranked(long Key, int Slot);

/// <summary>Sorts sessions: by the order's key, what else the order says, and at last by slot, so that no two are equal.</summary>
internal readonly struct Ranking<TOrder>(SessionChunk[] sessions, TOrder order) : IComparer<Ranked>
    where TOrder : struct, IOrder
{
    /// <summary>So many are sorted as they are.</summary>
    private const int Few = 64;

    public Ranked Of(int slot) => new(order.Key(sessions[slot / Slots.InChunk], slot % Slots.InChunk), slot);

    public int Compare(Ranked one, Ranked other)
    {
        if (one.Key != other.Key)
        {
            return one.Key < other.Key ? -1 : 1;
        }

        var ties = order.Compare(
            sessions[one.Slot / Slots.InChunk], one.Slot % Slots.InChunk, sessions[other.Slot / Slots.InChunk], other.Slot % Slots.InChunk);
        return ties != 0 ? ties : one.Slot.CompareTo(other.Slot);
    }

    /// <summary>Puts those in their places that belong from one place up to another.</summary>
    public void Sort(Span<Ranked> all, int from, int to)
    {
        while (all.Length > Few)
        {
            var middle = Part(all);
            if (to <= middle)
            {
                all = all[..middle];
            }
            else if (from >= middle)
            {
                all = all[middle..];
                (from, to) = (from - middle, to - middle);
            }
            else
            {
                Sort(all[..middle], from, middle);
                all = all[middle..];
                (from, to) = (0, to - middle);
            }
        }

        all.Sort(this);
    }

    /// <summary>Parts them so that none of the first so many is greater than any of the others; neither part is empty.</summary>
    private int Part(Span<Ranked> all)
    {
        var (first, middle, last) = (all[0], all[all.Length / 2], all[^1]);
        var pivot = Compare(first, middle) > 0
            ? Compare(middle, last) > 0 ? middle : Compare(first, last) > 0 ? last : first
            : Compare(first, last) > 0 ? first : Compare(middle, last) > 0 ? last : middle;
        for (var (i, j) = (0, all.Length - 1); ; i++, j--)
        {
            while (Compare(all[i], pivot) < 0)
            {
                i++;
            }

            while (Compare(all[j], pivot) > 0)
            {
                j--;
            }

            if (i >= j)
            {
                return j + 1 < all.Length ? j + 1 : j;
            }

            (all[i], all[j]) = (all[j], all[i]);
        }
    }
}

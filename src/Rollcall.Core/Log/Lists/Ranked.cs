namespace Rollcall.Core.Log.Lists;

/// <summary>A session as a list sorts it; the slot tells apart those of one key, so that no two are equal.</summary>
internal readonly record struct Ranked(long Key, int Slot) : IComparable<Ranked>
{
    /// <summary>So many are sorted as they are.</summary>
    private const int Few = 64;

    public int CompareTo(Ranked other) => Key != other.Key ? Key < other.Key ? -1 : 1 : Slot.CompareTo(other.Slot);

    /// <summary>Puts those in their places that belong from one place up to another.</summary>
    public static void Sort(Span<Ranked> all, int from, int to)
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

        all.Sort();
    }

    /// <summary>Parts them so that none of the first so many is greater than any of the others; neither part is empty.</summary>
    private static int Part(Span<Ranked> all)
    {
        var (first, pivot, last) = (all[0], all[all.Length / 2], all[^1]);
        (first, pivot) = first.CompareTo(pivot) > 0 ? (pivot, first) : (first, pivot);
        pivot = pivot.CompareTo(last) < 0 ? pivot : first.CompareTo(last) > 0 ? first : last;
        for (var (i, j) = (0, all.Length - 1); ; i++, j--)
        {
            while (all[i].CompareTo(pivot) < 0)
            {
                i++;
            }

            while (all[j].CompareTo(pivot) > 0)
            {
                j--;
            }

            if (i >= j)
            {
                return j + 1;
            }

            (all[i], all[j]) = (all[j], all[i]);
        }
    }
}

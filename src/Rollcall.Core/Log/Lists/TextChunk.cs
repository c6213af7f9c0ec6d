using System.Numerics;

namespace Rollcall.Core.Log.Lists;

/// <summary>
/// The texts of a chunk's slots, one after the other, so that all of them are looked through at once. Whoever has it may
/// read it on any thread: a changed text makes another, an added one goes behind what the others look at.
/// </summary>
internal sealed class TextChunk
{
    public static readonly TextChunk Empty = new([], [], 0);

    private readonly byte[] bytes;
    private readonly int[] ends;
    private readonly int count;
    private CharacterSets? characters;

    private TextChunk(byte[] bytes, int[] ends, int count) => (this.bytes, this.ends, this.count) = (bytes, ends, count);

    public int Count => count;

    private int Used => count == 0 ? 0 : ends[count - 1];

    public ReadOnlySpan<byte> this[int place] => bytes.AsSpan(Start(place)..ends[place]);

    /// <summary>With this text in that place, which is one that it has, or the next. Only the latest may be added to.</summary>
    public TextChunk With(int place, ReadOnlySpan<byte> text) => place == count ? Added(text) : Replaced(place, text);

    /// <summary>Sets the bits of the places whose text has these bytes. What is not there costs nothing for each place.</summary>
    public void Find(ReadOnlySpan<byte> sought, Span<ulong> found)
    {
        if (sought.Length == 1 && CharacterSets.Has(sought[0]))
        {
            Prepared().Find(sought[0], found);
            return;
        }

        var all = bytes.AsSpan(0, Used);
        for (var (place, start) = (0, 0); place < count;)
        {
            var hit = all[start..].IndexOf(sought);
            if (hit < 0)
            {
                return;
            }

            hit += start;
            if (ends[place] <= hit)
            {
                place = FirstEndingAfter(hit, place + 1);
            }

            if (hit + sought.Length <= ends[place])
            {
                found[place >> 6] |= 1UL << place;
                start = ends[place++];
            }
            else
            {
                // It begins in one text and ends in the next.
                start = hit + 1;
            }
        }
    }

    /// <summary>Looks through the texts for their characters, unless that was done: some microseconds.</summary>
    public CharacterSets Prepared() => characters ??= new CharacterSets(bytes.AsSpan(0, Used), ends.AsSpan(0, count));

    private int Start(int place) => place == 0 ? 0 : ends[place - 1];

    private int FirstEndingAfter(int position, int from)
    {
        var step = 1;
        while (from + step < count && ends[from + step] <= position)
        {
            from += step;
            step *= 2;
        }

        var to = Math.Min(from + step, count - 1);
        while (from < to)
        {
            var middle = (from + to) >> 1;
            (from, to) = ends[middle] <= position ? (middle + 1, to) : (from, middle);
        }

        return from;
    }

    private TextChunk Added(ReadOnlySpan<byte> text)
    {
        var used = Used;
        var full = count + 1 == Slots.InChunk;
        var roomy = bytes;
        if (full || bytes.Length < used + text.Length)
        {
            roomy = new byte[full ? used + text.Length : (int)BitOperations.RoundUpToPowerOf2((uint)(used + text.Length))];
            bytes.AsSpan(0, used).CopyTo(roomy);
        }

        var places = count == 0 ? new int[Slots.InChunk] : ends;
        text.CopyTo(roomy.AsSpan(used));
        places[count] = used + text.Length;
        return new(roomy, places, count + 1);
    }

    private TextChunk Replaced(int place, ReadOnlySpan<byte> text)
    {
        var (start, end, used) = (Start(place), ends[place], Used);
        var more = text.Length - (end - start);
        var (changed, places) = (new byte[used + more], (int[])ends.Clone());
        bytes.AsSpan(0, start).CopyTo(changed);
        text.CopyTo(changed.AsSpan(start));
        bytes.AsSpan(end..used).CopyTo(changed.AsSpan(start + text.Length));
        for (var i = place; i < count; i++)
        {
            places[i] += more;
        }

        return new(changed, places, count);
    }
}

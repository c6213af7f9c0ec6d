namespace Rollcall.Core.Log.Lists;

/// <summary>
/// Which of a chunk's texts have which ASCII character: a set of places for each that occurs. One character, which is what
/// somebody who types a search asks for first, is in so many texts that finding it in each is what takes time.
/// </summary>
internal sealed class CharacterSets
{
    private const int Characters = 128;

    /// <summary>The number of a character's set, from 1 on; 0 for one that no text has.</summary>
    private readonly byte[] numbers = new byte[Characters];
    private readonly ulong[] sets;

    public CharacterSets(ReadOnlySpan<byte> texts, ReadOnlySpan<int> ends)
    {
        Span<ulong> all = stackalloc ulong[Characters * Slots.Words];
        all.Clear();
        for (var (place, at) = (0, 0); place < ends.Length; place++)
        {
            var (word, bit) = (place >> 6, 1UL << place);
            foreach (var character in texts[at..ends[place]])
            {
                if (character < Characters)
                {
                    all[(character * Slots.Words) + word] |= bit;
                }
            }

            at = ends[place];
        }

        var count = 0;
        for (var character = 0; character < Characters; character++)
        {
            var set = all.Slice(character * Slots.Words, Slots.Words);
            if (set.ContainsAnyExcept(0UL))
            {
                set.CopyTo(all[(count * Slots.Words)..]);
                numbers[character] = (byte)++count;
            }
        }

        sets = all[..(count * Slots.Words)].ToArray();
    }

    public static bool Has(byte character) => character < Characters;

    /// <summary>Sets the bits of the places whose text has a character.</summary>
    public void Find(byte character, Span<ulong> found)
    {
        var number = numbers[character];
        for (var word = 0; number > 0 && word < Slots.Words; word++)
        {
            found[word] |= sets[((number - 1) * Slots.Words) + word];
        }
    }
}

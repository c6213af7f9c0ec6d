using Rollcall.Core.Log.Lists;
using Xunit;

namespace Rollcall.Core.Tests.Log.Lists;

/// <summary>A set of slots in pieces is one set.</summary>
public class SlotSetTests
{
    private const int Chunks = 3907;

    [Fact]
    public void Has_what_was_put_in_and_nothing_else()
    {
        var set = new SlotSet(Chunks);
        Assert.True(set.IsEmpty);
        int[] slots = [0, 63, 64, 255, 256, 65_535, 65_536, 500_001, (Chunks * Slots.InChunk) - 1];
        foreach (var slot in slots)
        {
            set.In(slot / Slots.InChunk)[slot % Slots.InChunk / 64] |= 1UL << slot;
            Assert.False(set.IsEmpty);
        }

        Assert.Equal(slots, Enumerable.Range(0, Chunks * Slots.InChunk).Where(slot => set[slot] == 1));
    }

    [Fact]
    public void Of_no_chunks_is_empty() => Assert.True(new SlotSet(0).IsEmpty);
}

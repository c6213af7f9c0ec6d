namespace Rollcall.Core.Log.Lists;

/// <summary>
/// Looks through texts, on all cores where there are many. What the last few searches found is remembered chunk by chunk,
/// so that the next page, or the same question again, looks only through chunks that have changed. Safe on any thread.
/// </summary>
internal sealed class TextSearches
{
    /// <summary>A bit per slot and a reference per chunk each: 160 KB for a million slots.</summary>
    private const int Remembered = 8;

    private readonly Lock gate = new();
    private readonly LinkedList<Search> recent = [];

    /// <summary>The slots whose text has these bytes.</summary>
    /// <param name="sought">What is looked for.</param>
    /// <param name="chunks">Where.</param>
    /// <param name="matters">Which chunks matter; nothing is found in the others.</param>
    public SlotSet Find<T>(byte[] sought, T[] chunks, Func<T, bool> matters)
        where T : IChunk<T>
    {
        var before = Recall(sought);
        var texts = Array.ConvertAll(chunks, chunk => matters(chunk) ? chunk.Text : TextChunk.Empty);
        if (before is not null && texts.AsSpan().SequenceEqual(before.Texts))
        {
            return before.Found;
        }

        var found = new SlotSet(chunks.Length);
        Parts.Each(chunks.Length, (from, to) =>
        {
            for (var i = from; i < to; i++)
            {
                if (i < before?.Texts.Length && before.Texts[i] == texts[i])
                {
                    before.Found.In(i).CopyTo(found.In(i));
                }
                else
                {
                    texts[i].Find(sought, found.In(i));
                }
            }
        });
        Remember(new Search(sought, texts, found));
        return found;
    }

    private Search? Recall(byte[] sought)
    {
        lock (gate)
        {
            return recent.FirstOrDefault(search => search.Sought.AsSpan().SequenceEqual(sought));
        }
    }

    private void Remember(Search search)
    {
        lock (gate)
        {
            if (recent.FirstOrDefault(other => other.Sought.AsSpan().SequenceEqual(search.Sought)) is { } earlier)
            {
                recent.Remove(earlier);
            }

            recent.AddFirst(search);
            if (recent.Count > Remembered)
            {
                recent.RemoveLast();
            }
        }
    }

    private sealed record Search(byte[] Sought, TextChunk[] Texts, SlotSet Found);
}

using System.Buffers;
using Rollcall.Core.Log;

namespace Rollcall.Core.Fanout;

/// <summary>Reads from the log what a subscriber that resumes has missed, as the frames it would have been told.</summary>
internal static class LogReplay
{
    /// <summary>Events read at once, most of them of some 300 bytes.</summary>
    private const int PageEvents = 200;

    /// <summary>About the bytes of payload read at once: a connection keeps them until they are taken, however long that takes.</summary>
    public const int PageBytes = 128 * 1024;

    /// <summary>The next page of events, and up to which sequence number it reaches.</summary>
    public static async ValueTask<(IReadOnlyList<LogEntry> Entries, long UpTo)> Read(ILog log, Subscription subscription)
    {
        var selection = subscription.Selection;
        var only = selection.Topics is [{ Kind: TopicKind.Session } topic] ? topic.Subject : null;
        var entries = await log.Read(new LogRange(
            subscription.ReplayAfter, subscription.ReplayUpTo, PageEvents, only, WithOutput: selection.HearsOutput, ByteLimit: PageBytes)).ConfigureAwait(false);
        var isFull = entries.Count == PageEvents || entries.Sum(entry => entry.Payload.Length) >= PageBytes;
        return (entries, isFull ? entries[^1].Seq : subscription.ReplayUpTo);
    }

    /// <summary>Those of a page that are heard, in the words of the subscriber's protocol.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Encode(IReadOnlyList<LogEntry> entries, Subscription subscription)
    {
        var selection = subscription.Selection;
        var frames = new List<ReadOnlyMemory<byte>>(entries.Count);
        foreach (var entry in entries)
        {
            var told = Publication.Of(entry);
            if (selection.Admits(told) && Heard(selection, told) is { } heard)
            {
                var frame = new ArrayBufferWriter<byte>(told.Payload.Length + 64);
                subscription.Codec.ForOne.WriteEvent(frame, heard, told);
                if (frame.WrittenCount > 0)
                {
                    frames.Add(frame.WrittenMemory);
                }
            }
        }

        return frames;
    }

    /// <summary>The topic on which a selection hears an event: the first of the event's, as when it was published.</summary>
    public static Topic? Heard(Selection selection, Publication told)
    {
        foreach (var name in Topic.Of(told))
        {
            foreach (var topic in selection.Topics)
            {
                if (topic.Name == name)
                {
                    return topic;
                }
            }
        }

        return null;
    }
}

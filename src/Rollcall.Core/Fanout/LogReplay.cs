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

    /// <summary>The next page of what a selection hears, in the words of a protocol.</summary>
    /// <param name="log">Where it lies.</param>
    /// <param name="selection">What is heard.</param>
    /// <param name="codec">Its words.</param>
    /// <param name="after">Behind this sequence number.</param>
    /// <param name="upTo">Up to this one, unless the page is full before.</param>
    /// <param name="failed">Told where there are no words for one of them.</param>
    public static async Task<ReplayPage> Read(ILog log, Selection selection, ICodec codec, long after, long upTo, Action<Exception> failed)
    {
        var only = selection.Topics is [{ Kind: TopicKind.Session } topic] ? topic.Subject : null;
        var entries = await log.Read(new LogRange(after, upTo, PageEvents, only, WithOutput: selection.HearsOutput, ByteLimit: PageBytes)).ConfigureAwait(false);
        var isFull = entries.Count == PageEvents || entries.Sum(entry => entry.Payload.Length) >= PageBytes;
        return new ReplayPage(isFull ? entries[^1].Seq : upTo, isFull, Encode(entries, selection, codec, wasPruned: log.PrunedTo > 0, failed));
    }

    /// <summary>
    /// Those that are heard; null where there are no words for one of them, which would be so each time that it is read, or where a session begins whose own topic is
    /// heard and retention may have removed the one that is known.
    /// </summary>
    private static List<(long Seq, ReadOnlyMemory<byte> Frame)>? Encode(
        IReadOnlyList<LogEntry> entries, Selection selection, ICodec codec, bool wasPruned, Action<Exception> failed)
    {
        var frames = new List<(long Seq, ReadOnlyMemory<byte> Frame)>(entries.Count);
#pragma warning disable CA1031
        try
        {
            foreach (var entry in entries)
            {
                var told = Publication.Of(entry);
                if (wasPruned && told.BeginsAnew && selection.Topics.Any(topic => topic.Kind == TopicKind.Session && topic.Subject == told.SessionId))
                {
                    return null;
                }

                if (selection.Admits(told) && Heard(selection, told) is { } heard)
                {
                    var frame = new ArrayBufferWriter<byte>(told.Payload.Length + 64);
                    codec.ForOne.WriteEvent(frame, heard, told);
                    if (frame.WrittenCount > 0)
                    {
                        frames.Add((entry.Seq, frame.WrittenMemory));
                    }
                }
            }

            return frames;
        }
        catch (Exception failure)
        {
            failed(failure);
            return null;
        }
#pragma warning restore CA1031
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

/// <summary>What was missed, as it is told.</summary>
/// <param name="UpTo">It reaches this sequence number.</param>
/// <param name="IsFull">Whether it would end there, too, if the log were longer.</param>
/// <param name="Frames">Finished frames, in order, with their sequence numbers; null where one cannot be said, or the state is to be told instead.</param>
internal sealed record ReplayPage(long UpTo, bool IsFull, IReadOnlyList<(long Seq, ReadOnlyMemory<byte> Frame)>? Frames);

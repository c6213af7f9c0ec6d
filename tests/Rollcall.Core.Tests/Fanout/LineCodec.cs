using System.Buffers;
using System.Text;
using System.Text.Json;
using Rollcall.Core.Fanout;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>A protocol of one JSON object per line.</summary>
internal sealed class LineCodec : ICodec
{
    public static readonly LineCodec Shared = new();

    private int _encoded;

    /// <summary>How many events were encoded.</summary>
    public int Encoded => Volatile.Read(ref _encoded);

    /// <summary>In how many frames it says an event.</summary>
    public Func<Publication, int> Frames { get; init; } = _ => 1;

    /// <summary>Whether it has no words for a state.</summary>
    public bool HasNoStates { get; init; }

    public static ReadOnlyMemory<byte> Line(string topic, string name, long seq, ReadOnlyMemory<byte> payload) => Encoding.UTF8.GetBytes(
        $$"""{"topic":{{JsonSerializer.Serialize(topic)}},"event":"{{name}}","seq":{{seq}},"payload":{{Encoding.UTF8.GetString(payload.Span)}}}""" + "\n");

    public static ReadOnlyMemory<byte> Reply(string name, long seq = 0) => Line("", name, seq, "null"u8.ToArray());

    public void WriteEvent(IBufferWriter<byte> frame, Topic topic, Publication told)
    {
        Interlocked.Increment(ref _encoded);
        for (var i = Frames(told); i > 0; i--)
        {
            frame.Write(Line(topic.Name, told.Event, told.Seq, told.Payload).Span);
        }
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> Resync(Subscription subscription, Snapshot snapshot) =>
        HasNoStates ? [] : [Line(subscription.Selection.Topics[0].Name, "resync", snapshot.Seq, snapshot.Json)];

    public ReadOnlyMemory<byte> Farewell(int reconnectAfterMs) => Reply("reconnect_after_ms", reconnectAfterMs);
}

/// <summary>What a watcher received.</summary>
internal sealed record Frame(string Topic, string Event, long Seq, JsonElement Payload)
{
    public bool IsState => Event is "snapshot" or "resync";

    public static Frame Parse(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        var json = JsonElement.ParseValue(ref reader);
        return new Frame(
            json.GetProperty("topic").GetString()!, json.GetProperty("event").GetString()!, json.GetProperty("seq").GetInt64(), json.GetProperty("payload"));
    }
}

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Tests.Protocol;

/// <summary>The golden frames as the hub's own code makes them: one file of <c>protocol/</c> each.</summary>
internal static class GoldenFrames
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly ReadOnlyMemory<byte> State = """{"sessions":[],"session_events":[]}"""u8.ToArray();

    /// <summary>File name → content.</summary>
    public static IReadOnlyDictionary<string, string> All() => Events().Concat(Answers()).ToDictionary(
        golden => golden.Name + ".json",
        golden => new JsonObject
        {
            ["name"] = golden.Name,
            ["description"] = golden.Description,
            ["topics"] = golden.Topics is null ? null : new JsonArray([.. golden.Topics.Select(topic => (JsonNode)topic)]),
            ["frame"] = golden.Frame,
            ["payload"] = JsonNode.Parse(golden.Frame)![4]!.DeepClone(),
        }.ToJsonString(Readable) + "\n");

    private static IEnumerable<Golden> Events()
    {
        foreach (var (happened, description) in SampleEvents.All)
        {
            var session = (happened as SessionEvent)?.SessionId;
            var told = new Publication(happened.Seq, happened.EventName, session, session is null ? null : "web", EventNames.Payload(happened));
            var topics = Topic.Of(told).ToList();
            var frame = new ArrayBufferWriter<byte>();
            PhoenixCodec.Instance.WriteEvent(frame, Topic.Parse(topics[0])!, told);
            yield return new("event." + happened.EventName, description, topics, Text(frame.WrittenMemory));
        }
    }

    private static IEnumerable<Golden> Answers()
    {
        var snapshot = new Snapshot("k3f9", 812, State);
        yield return new("reply.join", "A join that is answered with the state as of seq.", null,
            Text(PhoenixCodec.JoinReply("4", "4", "sessions", snapshot, "k3f9", 812, false)));
        yield return new("reply.join_resumed", "A join with a cursor that the hub knows: what was missed follows.", null,
            Text(PhoenixCodec.JoinReply("4", "4", "sessions", null, "k3f9", 812, true)));
        yield return new("reply.join_refused", "A refused join; close.channel follows, so that the client asks once.", null,
            Text(PhoenixCodec.Reply("4", "4", "session:b", false, PhoenixCodec.Refusal(ErrorCodes.NotFound, "session b does not exist"))));
        yield return new("reply.unmatched_topic", "A push on a topic that is not joined.", null,
            Text(PhoenixCodec.Reply(null, "5", "sessions", false, PhoenixCodec.Refusal(ErrorCodes.NotFound, "sessions is not joined", "unmatched topic"))));
        yield return new("reply.heartbeat", "The answer to a heartbeat.", null, Text(PhoenixCodec.Reply(null, "7", "phoenix", true, "{}"u8.ToArray())));
        yield return new("reply.push", "A push whose effect is durable.", null, Text(PhoenixCodec.Reply("4", "5", "session:a", true, "{\"seq\":813}"u8.ToArray())));
        yield return new("reply.push_refused", "A push that was refused.", null,
            Text(PhoenixCodec.Reply("4", "5", "session:a", false, PhoenixCodec.Refusal(ErrorCodes.NoOwner, "no program owns session a"))));
        yield return new("push.send_message", "What the session's owner is asked.", null,
            Text(PhoenixCodec.Push("4", "session:a", "send_message", "{\"text\":\"hi\"}"u8.ToArray())));
        yield return new("push.resync", "To a slow reader: replace what you know.", null, Text(PhoenixCodec.Resync("4", "sessions", snapshot)));
        yield return new("close.channel", "The hub closes a topic; it is not joined again.", null, Text(PhoenixCodec.ChannelClose("4", "sessions")));
        yield return new("phoenix.reconnect_after_ms", "The hub is about to stop: when to come back.", null, Text(PhoenixCodec.ReconnectAfter(1234)));
    }

    /// <summary>The text within a finished WebSocket frame.</summary>
    private static string Text(params IEnumerable<ReadOnlyMemory<byte>> slices)
    {
        var bytes = slices.SelectMany(slice => slice.ToArray()).ToArray();
        var header = bytes[1] switch { < 126 => 2, 126 => 4, _ => 10 };
        return Encoding.UTF8.GetString(bytes.AsSpan(header));
    }

    private sealed record Golden(string Name, string Description, IReadOnlyList<string>? Topics, string Frame);
}

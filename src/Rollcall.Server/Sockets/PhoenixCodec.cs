using System.Buffers;
using System.Text;
using System.Text.Json;
using Rollcall.Core.Fanout;

namespace Rollcall.Server.Sockets;

/// <summary>
/// Phoenix Channels V2 as text frames: <c>[join_ref, ref, topic, event, payload]</c>. Its own side of the seam is
/// stateless; see <c>docs/protocol.md</c> for every form.
/// </summary>
internal sealed class PhoenixCodec : ICodec
{
    /// <summary>The one instance: runs are shared by those who have the same codec.</summary>
    public static readonly PhoenixCodec Instance = new();

    /// <summary>Bytes of a broadcast's prefix beside its topic and its event's name.</summary>
    private const int PrefixMarks = 32;

    /// <summary>More than a prefix has but where a project's name is of many characters that are escaped: of emoji each is 12 bytes.</summary>
    private const int UsualPrefix = 512;

    private static readonly ReadOnlyMemory<byte> End = "]"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> EndOfReply = "}}]"u8.ToArray();

    private PhoenixCodec()
    {
    }

    /// <summary>A broadcast, <c>[null,null,"sessions","session_status",{…}]</c>: the same bytes for everyone.</summary>
    public void WriteEvent(IBufferWriter<byte> frame, Topic topic, Publication told)
    {
        var longest = topic.Json.EncodedUtf8Bytes.Length + told.Event.Length + PrefixMarks;
        var prefix = longest <= UsualPrefix ? stackalloc byte[UsualPrefix] : new byte[longest];
        var length = Put(prefix, 0, "[null,null,\""u8);
        length = Put(prefix, length, topic.Json.EncodedUtf8Bytes);
        length = Put(prefix, length, "\",\""u8);
        length += Encoding.ASCII.GetBytes(told.Event, prefix[length..]);
        length = Put(prefix, length, "\","u8);
        WebSocketFrame.WriteText(frame, prefix[..length], told.Payload.Span, End.Span);
    }

    /// <summary>To one subscriber: <c>["4",null,"sessions","resync",{"epoch":…,"seq":…,"snapshot":…,"resumed":false}]</c>.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Resync(Subscription subscription, Snapshot snapshot) =>
        Resync(subscription.JoinRef, subscription.Selection.Topics[0].Name, snapshot);

    /// <summary>The state that replaces what one member knows.</summary>
    public static ReadOnlyMemory<byte>[] Resync(string? joinRef, string topic, Snapshot snapshot) =>
        WebSocketFrame.Text(Prefix(joinRef, null, topic, "resync"), JoinState(snapshot), snapshot.Json, "}]"u8.ToArray());

    /// <summary>A push to one member: <c>[join_ref,null,topic,event,payload]</c>.</summary>
    public static ReadOnlyMemory<byte>[] Push(string? joinRef, string topic, string name, ReadOnlyMemory<byte> payload) =>
        WebSocketFrame.Text(Prefix(joinRef, null, topic, name), payload, End);

    /// <summary>The close of a channel, after which the client does not rejoin.</summary>
    public static ReadOnlyMemory<byte>[] ChannelClose(string? joinRef, string topic) =>
        WebSocketFrame.Text(Prefix(joinRef, joinRef, topic, "phx_close"), "{}"u8.ToArray(), End);

    /// <summary>An answer: <c>[join_ref,ref,topic,"phx_reply",{"status":"ok","response":{…}}]</c>.</summary>
    public static ReadOnlyMemory<byte>[] Reply(string? joinRef, string? reference, string topic, bool ok, ReadOnlyMemory<byte> response) =>
        WebSocketFrame.Text(Prefix(joinRef, reference, topic, "phx_reply"), Status(ok), response, "}]"u8.ToArray());

    /// <summary>The answer to a join; a snapshot's bytes are shared, not copied.</summary>
    public static ReadOnlyMemory<byte>[] JoinReply(
        string? joinRef, string? reference, string topic, Snapshot? snapshot, string epoch, long seq, bool resumed) =>
        snapshot is null
            ? Reply(joinRef, reference, topic, true, Encoding.UTF8.GetBytes(
                $$"""{"epoch":"{{epoch}}","seq":{{seq}},"snapshot":null,"resumed":{{(resumed ? "true" : "false")}}}"""))
            : WebSocketFrame.Text(
                Prefix(joinRef, reference, topic, "phx_reply"), Status(true), JoinState(snapshot), snapshot.Json, EndOfReply);

    /// <summary>A refusal, with Phoenix's own <c>reason</c> beside our code.</summary>
    public static byte[] Refusal(string code, string message, string? reason = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("reason", reason ?? message);
            json.WriteString("code", code);
            json.WriteString("message", message);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Farewell(int reconnectAfterMs) => ReconnectAfter(reconnectAfterMs);

    /// <summary>Tells a socket that ends when to come back: <c>[null,null,"phoenix","reconnect_after_ms",{"reconnect_after_ms":1234}]</c>.</summary>
    public static ReadOnlyMemory<byte> ReconnectAfter(int milliseconds)
    {
        var frame = new ArrayBufferWriter<byte>(128);
        WebSocketFrame.WriteText(
            frame,
            "[null,null,\"phoenix\",\"reconnect_after_ms\","u8,
            Encoding.ASCII.GetBytes($$"""{"reconnect_after_ms":{{milliseconds}}}"""),
            End.Span);
        return frame.WrittenMemory;
    }

    private static byte[] JoinState(Snapshot snapshot) =>
        Encoding.UTF8.GetBytes($$"""{"epoch":"{{snapshot.Epoch}}","seq":{{snapshot.Seq}},"resumed":false,"snapshot":""");

    private static byte[] Status(bool ok) =>
        ok ? "{\"status\":\"ok\",\"response\":"u8.ToArray() : "{\"status\":\"error\",\"response\":"u8.ToArray();

    private static byte[] Prefix(string? joinRef, string? reference, string topic, string name)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(joinRef);
            json.WriteStringValue(reference);
            json.WriteStringValue(topic);
            json.WriteStringValue(name);
            json.WriteEndArray();
        }

        var prefix = buffer.WrittenSpan.ToArray();
        prefix[^1] = (byte)',';
        return prefix;
    }

    private static int Put(Span<byte> into, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(into[at..]);
        return at + bytes.Length;
    }
}

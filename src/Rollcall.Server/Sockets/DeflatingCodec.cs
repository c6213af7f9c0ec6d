using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rollcall.Core.Fanout;

namespace Rollcall.Server.Sockets;

/// <summary>
/// Phoenix for those who negotiated permessage-deflate: what many hear is compressed once for all of them. What only one
/// hears, and what is too small to gain, goes as it is, which every receiver takes, too.
/// </summary>
internal sealed class DeflatingCodec : ICodec
{
    /// <summary>The one instance: runs are shared by those who have the same codec.</summary>
    public static readonly DeflatingCodec Instance = new();

    /// <summary>Smaller events shrink by less than a quarter; see <c>docs/decisions</c>.</summary>
    private const int SmallestEvent = 128;

    private const int SmallestState = 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_plain;

    /// <summary>By the array of the state, which snapshots of several moments share.</summary>
    private readonly ConditionalWeakTable<byte[], Lazy<ReadOnlyMemory<byte>>> _states = [];

    private DeflatingCodec()
    {
    }

    public ICodec ForOne => PhoenixCodec.Instance;

    public void WriteEvent(IBufferWriter<byte> frame, Topic topic, Publication told)
    {
        var plain = s_plain ??= new ArrayBufferWriter<byte>(1024);
        plain.ResetWrittenCount();
        PhoenixCodec.Instance.WriteEvent(plain, topic, told);
        var text = plain.WrittenMemory[WebSocketFrame.HeaderOf(plain.WrittenSpan)..];
        if (text.Length >= SmallestEvent && Deflate.Pack(text) is var packed && packed.Length < text.Length)
        {
            var header = frame.GetSpan(WebSocketFrame.LongestHeader);
            frame.Advance(WebSocketFrame.WriteHeader(header, Opcode.Text, packed.Length, deflated: true));
            frame.Write(packed.Span);
        }
        else
        {
            frame.Write(plain.WrittenSpan);
        }
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> Resync(Subscription subscription, Snapshot snapshot) =>
        Packed(PhoenixCodec.Resync(subscription.JoinRef, subscription.Selection.Topics[0].Name, snapshot), snapshot);

    public ReadOnlyMemory<byte> Farewell(int reconnectAfterMs) => ForOne.Farewell(reconnectAfterMs);

    /// <summary>A finished frame that has a snapshot in it, with the snapshot compressed; that is done once for all who are sent it.</summary>
    public ReadOnlyMemory<byte>[] Packed(ReadOnlyMemory<byte>[] frame, Snapshot? snapshot)
    {
        if (snapshot is null || snapshot.Json.Length < SmallestState)
        {
            return frame;
        }

        var state = Array.IndexOf(frame, snapshot.Json);
        MemoryMarshal.TryGetArray(snapshot.Json, out var json);
        var packed = _states.GetValue(json.Array!, one => new(() => Pack(one, snapshot))).Value;
        return WebSocketFrame.Deflated(Deflate.Around(Joined(frame[1..state]), packed, Joined(frame[(state + 1)..])));
    }

    private static ReadOnlyMemory<byte> Pack(byte[] state, Snapshot snapshot)
    {
        var packed = Deflate.Pack(state);
        snapshot.Count(packed);
        return packed;
    }

    private static byte[] Joined(ReadOnlyMemory<byte>[] slices)
    {
        var joined = new ArrayBufferWriter<byte>(256);
        foreach (var slice in slices)
        {
            joined.Write(slice.Span);
        }

        return joined.WrittenSpan.ToArray();
    }
}

using System.Buffers.Binary;
using System.Text;

namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>Frames as a client writes them (RFC 6455, section 5.2), right and wrong ones.</summary>
internal static class ClientFrame
{
    public const int Continuation = 0, TextCode = 1, BinaryCode = 2, CloseCode = 8, PingCode = 9, PongCode = 10;

    /// <summary>A frame; what is not said is as it should be.</summary>
    /// <param name="opcode">What it is.</param>
    /// <param name="payload">Its payload, not masked yet.</param>
    /// <param name="fin">Whether it ends its message.</param>
    /// <param name="rsv">The three reserved bits.</param>
    /// <param name="masked">Whether it is masked.</param>
    /// <param name="sized">How many bytes the length takes: 1, 2 or 8; 0 for as many as needed.</param>
    /// <param name="length">The length that it claims; null for the true one.</param>
    public static byte[] Of(int opcode, ReadOnlySpan<byte> payload, bool fin = true, int rsv = 0, bool masked = true, int sized = 0, ulong? length = null)
    {
        var claimed = length ?? (ulong)payload.Length;
        sized = sized > 0 ? sized : claimed < 126 ? 1 : claimed <= ushort.MaxValue ? 2 : 8;
        var frame = new byte[2 + (sized == 1 ? 0 : sized) + (masked ? 4 : 0) + payload.Length];
        frame[0] = (byte)((fin ? 0x80 : 0) | (rsv << 4) | opcode);
        frame[1] = (byte)((masked ? 0x80 : 0) | sized switch { 1 => (int)claimed, 2 => 126, _ => 127 });
        if (sized == 2)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)claimed);
        }
        else if (sized == 8)
        {
            BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), claimed);
        }

        var body = frame.AsSpan(frame.Length - payload.Length);
        payload.CopyTo(body);
        if (masked)
        {
            ReadOnlySpan<byte> key = [0x5A, 0x00, 0xFF, 0x21];
            key.CopyTo(frame.AsSpan(frame.Length - payload.Length - 4));
            for (var i = 0; i < body.Length; i++)
            {
                body[i] ^= key[i & 3];
            }
        }

        return frame;
    }

    public static byte[] Text(byte[] payload) => Of(TextCode, payload);

    public static byte[] Text(string payload) => Of(TextCode, Encoding.UTF8.GetBytes(payload));

    public static byte[] Binary(byte[] payload) => Of(BinaryCode, payload);

    public static byte[] Ping(string payload = "") => Of(PingCode, Encoding.UTF8.GetBytes(payload));

    public static byte[] Pong(string payload = "") => Of(PongCode, Encoding.UTF8.GetBytes(payload));

    public static byte[] Close(int code, string reason = "") => Of(CloseCode, CloseBody(code, Encoding.UTF8.GetBytes(reason)));

    public static byte[] CloseBody(int code, params ReadOnlySpan<byte> reason) => [(byte)(code >> 8), (byte)code, .. reason];

    /// <summary>One message in frames of so many bytes.</summary>
    public static byte[][] Fragments(int opcode, byte[] payload, int size, int rsv = 0)
    {
        var pieces = payload.Length == 0 ? [[]] : payload.Chunk(size).ToArray();
        return [.. pieces.Select((piece, i) => Of(i == 0 ? opcode : Continuation, piece, i == pieces.Length - 1, i == 0 ? rsv : 0))];
    }

    /// <summary>A message of Phoenix whose answer repeats a text.</summary>
    public static byte[] Beat(string text) => Beat(Encoding.UTF8.GetBytes(text));

    /// <summary>The same with bytes that may be no text at all.</summary>
    public static byte[] Beat(byte[] bytes) => [.. "[null,\""u8, .. bytes, .. "\",\"phoenix\",\"heartbeat\",{}]"u8];

    /// <summary>The text for which a beat has a length.</summary>
    public static string Filling(int length) => string.Create(length - Beat("").Length, 0, (span, _) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = (char)('a' + ((i + (i / 26)) % 26));
        }
    });

    /// <summary>A binary push of Phoenix.</summary>
    public static byte[] BinaryPush(string joinRef, string reference, string topic, string name, string data) =>
        Binary([0, (byte)joinRef.Length, (byte)reference.Length, (byte)topic.Length, (byte)name.Length, .. Encoding.ASCII.GetBytes(joinRef + reference + topic + name + data)]);

    /// <summary>A binary push of Phoenix of a length, whose answer repeats its ref.</summary>
    public static byte[] BinaryBeat(string reference, int length)
    {
        var push = new byte[length];
        byte[] head = [0, 0, (byte)reference.Length, 7, 9, .. Encoding.ASCII.GetBytes($"{reference}phoenixheartbeat")];
        head.CopyTo(push.AsSpan());
        push.AsSpan(head.Length).Fill(0xFE);
        return push;
    }
}

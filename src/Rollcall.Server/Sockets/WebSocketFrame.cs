using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Rollcall.Server.Sockets;

/// <summary>RFC 6455 frames as a server writes them: final, unmasked, so that the bytes are the same for everyone.</summary>
internal static class WebSocketFrame
{
    public const int LongestHeader = 10;

    /// <summary>An empty ping.</summary>
    public static readonly ReadOnlyMemory<byte> Ping = new byte[] { 0x80 | (byte)Opcode.Ping, 0 };

    /// <summary>Writes a frame's header (section 5.2) and gives its length.</summary>
    public static int WriteHeader(Span<byte> into, Opcode opcode, int length, bool deflated = false)
    {
        into[0] = (byte)(0x80 | (deflated ? 0x40 : 0) | (byte)opcode);
        switch (length)
        {
            case < 126:
                into[1] = (byte)length;
                return 2;
            case <= ushort.MaxValue:
                into[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(into[2..], (ushort)length);
                return 4;
            default:
                into[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(into[2..], (ulong)length);
                return LongestHeader;
        }
    }

    /// <summary>The length of a finished frame's header.</summary>
    public static int HeaderOf(ReadOnlySpan<byte> frame) => frame[1] switch { < 126 => 2, 126 => 4, _ => LongestHeader };

    /// <summary>Puts the header of a text frame before slices that are its payload.</summary>
    public static ReadOnlyMemory<byte>[] Text(params ReadOnlySpan<ReadOnlyMemory<byte>> payload) => Text(payload, false);

    /// <summary>The same for a payload that was compressed.</summary>
    public static ReadOnlyMemory<byte>[] Deflated(ReadOnlySpan<ReadOnlyMemory<byte>> payload) => Text(payload, true);

    private static ReadOnlyMemory<byte>[] Text(ReadOnlySpan<ReadOnlyMemory<byte>> payload, bool deflated)
    {
        var length = 0;
        foreach (var slice in payload)
        {
            length += slice.Length;
        }

        var header = new byte[LongestHeader];
        return [header.AsMemory(0, WriteHeader(header, Opcode.Text, length, deflated)), .. payload];
    }

    /// <summary>Writes a text frame.</summary>
    public static void WriteText(IBufferWriter<byte> into, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> suffix)
    {
        var length = prefix.Length + payload.Length + suffix.Length;
        var span = into.GetSpan(length + LongestHeader);
        var header = WriteHeader(span, Opcode.Text, length);
        span = span[header..];
        prefix.CopyTo(span);
        payload.CopyTo(span[prefix.Length..]);
        suffix.CopyTo(span[(prefix.Length + payload.Length)..]);
        into.Advance(header + length);
    }

    /// <summary>A pong with a ping's own bytes.</summary>
    public static ReadOnlyMemory<byte> Pong(ReadOnlySpan<byte> payload) => Control(Opcode.Pong, payload);

    /// <summary>A close frame; a reason longer than the 123 bytes that fit is cut.</summary>
    public static ReadOnlyMemory<byte> Close(int code, string reason)
    {
        Span<byte> body = stackalloc byte[125];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)code);
        Encoding.UTF8.GetEncoder().Convert(reason, body[2..], true, out _, out var length, out _);
        return Control(Opcode.Close, body[..(2 + length)]);
    }

    private static byte[] Control(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[2 + payload.Length];
        WriteHeader(frame, opcode, payload.Length);
        payload.CopyTo(frame.AsSpan(2));
        return frame;
    }
}

/// <summary>What a frame is (RFC 6455, section 5.2).</summary>
internal enum Opcode : byte
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

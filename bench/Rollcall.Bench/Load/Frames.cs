using System.Buffers.Binary;

namespace Rollcall.Bench.Load;

/// <summary>
/// WebSocket frames as a load client needs them: server frames are found in what has arrived, client frames are
/// masked with zeroes, which is legal and leaves the payload as it is.
/// </summary>
internal static class Frames
{
    public const byte Pong = 10;

    private const byte Final = 0x80;
    private const byte Masked = 0x80;

    /// <summary>Finds the first whole frame; false when more must arrive first.</summary>
    /// <param name="arrived">What has arrived and was not taken yet.</param>
    /// <param name="start">Where the frame's payload begins.</param>
    /// <param name="length">How long its payload is; meaningful as soon as the header is there, else 0.</param>
    public static bool TryFind(ReadOnlySpan<byte> arrived, out int start, out int length)
    {
        (start, length) = (0, 0);
        if (arrived.Length < 2)
        {
            return false;
        }

        start = arrived[1] switch { 127 => 10, 126 => 4, _ => 2 };
        if (arrived.Length < start)
        {
            return false;
        }

        length = arrived[1] switch
        {
            127 => checked((int)BinaryPrimitives.ReadUInt64BigEndian(arrived[2..])),
            126 => BinaryPrimitives.ReadUInt16BigEndian(arrived[2..]),
            var small => small,
        };
        return arrived.Length >= start + length;
    }

    /// <summary>A final text frame from a client.</summary>
    public static byte[] Text(ReadOnlySpan<byte> payload) => Of(1, payload);

    /// <summary>A final frame from a client.</summary>
    public static byte[] Of(byte kind, ReadOnlySpan<byte> payload)
    {
        var long16 = payload.Length > 125;
        var frame = new byte[(long16 ? 8 : 6) + payload.Length];
        frame[0] = (byte)(Final | kind);
        if (long16)
        {
            frame[1] = Masked | 126;
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), checked((ushort)payload.Length));
        }
        else
        {
            frame[1] = (byte)(Masked | payload.Length);
        }

        payload.CopyTo(frame.AsSpan(^payload.Length));
        return frame;
    }
}

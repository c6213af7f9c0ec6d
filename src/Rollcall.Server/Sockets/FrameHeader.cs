using System.Buffers.Binary;

namespace Rollcall.Server.Sockets;

/// <summary>The header of a client's frame (RFC 6455, section 5.2).</summary>
/// <param name="Opcode">What the frame is.</param>
/// <param name="Final">Whether it ends its message.</param>
/// <param name="Deflated">Whether it begins a compressed message (RFC 7692, section 6).</param>
/// <param name="Size">Bytes of the header.</param>
/// <param name="Length">Bytes of the payload.</param>
/// <param name="Mask">What the payload is masked with, its first byte lowest.</param>
internal readonly record struct FrameHeader(Opcode Opcode, bool Final, bool Deflated, int Size, long Length, uint Mask)
{
    public bool IsControl => Opcode >= Opcode.Close;

    /// <summary>Reads a header; null when it is not all there. What is wrong is known as early as can be.</summary>
    /// <exception cref="WebSocketViolation">No client may send it, whatever was sent before.</exception>
    public static FrameHeader? Read(ReadOnlySpan<byte> arrived, bool inflates)
    {
        if (arrived.Length < 2)
        {
            return null;
        }

        var (first, second) = (arrived[0], arrived[1]);
        var marker = second & 0x7F;
        var (opcode, final, deflated) = ((Opcode)(first & 0x0F), (first & 0x80) != 0, (first & 0x40) != 0);
        Demand((first & 0x30) == 0 && Enum.IsDefined(opcode), "reserved bits or an unknown opcode");
        Demand(!deflated || (inflates && opcode is Opcode.Text or Opcode.Binary), "the bit of compression where it has no place");
        Demand((second & 0x80) != 0, "a client's frames must be masked");
        Demand(opcode < Opcode.Close || (final && marker <= 125), "a control frame must be whole and at most 125 bytes");

        var extended = marker switch { 126 => 2, 127 => 8, _ => 0 };
        var size = 2 + extended + 4;
        if (arrived.Length < size)
        {
            return null;
        }

        var length = extended switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(arrived[2..]),
            8 => BinaryPrimitives.ReadInt64BigEndian(arrived[2..]),
            _ => marker,
        };
        Demand(extended == 0 || length > (extended == 2 ? 125 : ushort.MaxValue), "a length that is not in its shortest form");
        return new FrameHeader(opcode, final, deflated, size, length, BinaryPrimitives.ReadUInt32LittleEndian(arrived[(size - 4)..]));
    }

    private static void Demand(bool kept, string otherwise)
    {
        if (!kept)
        {
            throw new WebSocketViolation(1002, otherwise);
        }
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace Rollcall.Server.Sockets;

/// <summary>
/// Turns a client's bytes into whole messages (RFC 6455, section 5), however they arrive. Holds no buffer between
/// messages. Sizes are checked by what a header declares, over all fragments, before memory is taken, and memory is
/// taken only as bytes arrive. For one reader at a time.
/// </summary>
internal sealed class WebSocketParser(int maxMessage)
{
    private const int FirstBuffer = 4 * 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private byte[] _fragments = [];
    private int _fragmentsLength;
    private Opcode? _fragmented;

    /// <summary>Whether everything that arrived was read.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Where the bytes that arrive next belong; <see cref="Arrived"/> says how many came.</summary>
    public Memory<byte> Room()
    {
        if (_end == _buffer.Length)
        {
            Enlarge();
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>Says that so many bytes have come into <see cref="Room"/>.</summary>
    public void Arrived(int count) => _end += count;

    /// <summary>Takes the next message, whose bytes are valid until the next call; false when more must arrive first.</summary>
    /// <exception cref="WebSocketViolation">The client broke the protocol or a limit.</exception>
    public bool TryRead(out WebSocketMessage message)
    {
        while (TryReadHeader(out var header) && _end - _start - header.Size >= header.Length)
        {
            var payload = _buffer.AsMemory(_start + header.Size, header.Length);
            Unmask(payload.Span, header.Mask);
            _start += header.Size + header.Length;
            if (Take(header, payload) is { } whole)
            {
                message = whole;
                return true;
            }
        }

        if (IsEmpty)
        {
            Release();
        }

        message = default;
        return false;
    }

    /// <summary>Gives back all memory; nothing is read after it.</summary>
    public void End()
    {
        Release();
        if (_fragments.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_fragments);
            _fragments = [];
        }
    }

    private WebSocketMessage? Take(Header header, ReadOnlyMemory<byte> payload)
    {
        switch (header.Opcode)
        {
            case Opcode.Ping or Opcode.Pong:
                return new WebSocketMessage(header.Opcode, payload);
            case Opcode.Close:
                return new WebSocketMessage(Opcode.Close, CheckClose(payload));
            case Opcode.Continuation when _fragmented is null:
                throw new WebSocketViolation(1002, "a continuation without a beginning");
            case Opcode.Text or Opcode.Binary when _fragmented is not null:
                throw new WebSocketViolation(1002, "a new message inside another");
            case Opcode.Text or Opcode.Binary when header.Final:
                return Complete(header.Opcode, payload);
            default:
                _fragmented ??= header.Opcode;
                Append(payload.Span);
                if (!header.Final)
                {
                    return null;
                }

                var whole = _fragments.AsMemory(0, _fragmentsLength);
                var opcode = _fragmented.Value;
                (_fragmented, _fragmentsLength) = (null, 0);
                return Complete(opcode, whole);
        }
    }

    private static WebSocketMessage Complete(Opcode opcode, ReadOnlyMemory<byte> payload) =>
        opcode == Opcode.Text && !Utf8.IsValid(payload.Span)
            ? throw new WebSocketViolation(1007, "text that is not UTF-8")
            : new WebSocketMessage(opcode, payload);

    /// <summary>Reads a frame's header without taking it; false when it is not all there.</summary>
    private bool TryReadHeader(out Header header)
    {
        header = default;
        var arrived = _buffer.AsSpan(_start.._end);
        if (arrived.Length < 2)
        {
            return false;
        }

        var (first, second) = (arrived[0], arrived[1]);
        var opcode = (Opcode)(first & 0x0F);
        var final = (first & 0x80) != 0;
        var control = (first & 0x08) != 0;
        if ((first & 0x70) != 0 || !Enum.IsDefined(opcode))
        {
            throw new WebSocketViolation(1002, "reserved bits or an unknown opcode");
        }

        if ((second & 0x80) == 0)
        {
            throw new WebSocketViolation(1002, "a client's frames must be masked");
        }

        var marker = second & 0x7F;
        if (control && (!final || marker > 125))
        {
            throw new WebSocketViolation(1002, "a control frame must be whole and at most 125 bytes");
        }

        var extended = marker switch { 126 => 2, 127 => 8, _ => 0 };
        var size = 2 + extended + 4;
        if (arrived.Length < size)
        {
            return false;
        }

        var length = extended switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(arrived[2..]),
            8 => BinaryPrimitives.ReadUInt64BigEndian(arrived[2..]),
            _ => (ulong)marker,
        };
        if ((extended == 2 && length < 126) || (extended == 8 && length is <= ushort.MaxValue or > long.MaxValue))
        {
            throw new WebSocketViolation(1002, "a length that is not in its shortest form");
        }

        if (!control && length > (ulong)(maxMessage - _fragmentsLength))
        {
            throw new WebSocketViolation(1009, $"a message may have at most {maxMessage} bytes");
        }

        var mask = BinaryPrimitives.ReadUInt32LittleEndian(arrived[(2 + extended)..]);
        header = new Header(opcode, final, size, (int)length, mask);
        return true;
    }

    /// <summary>Moves what was not read yet to the front, and into a larger buffer when it fills more than half of it.</summary>
    private void Enlarge()
    {
        var rest = _buffer.AsSpan(_start.._end);
        if (_buffer.Length > 0 && rest.Length <= _buffer.Length / 2)
        {
            rest.CopyTo(_buffer);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBuffer, _buffer.Length * 2));
            rest.CopyTo(larger);
            if (_buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = larger;
        }

        (_start, _end) = (0, rest.Length);
    }

    private void Release()
    {
        var old = _buffer;
        (_buffer, _start, _end) = ([], 0, 0);
        if (old.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }

    private void Append(ReadOnlySpan<byte> payload)
    {
        if (_fragments.Length < _fragmentsLength + payload.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBuffer, (_fragmentsLength + payload.Length) * 2));
            _fragments.AsSpan(0, _fragmentsLength).CopyTo(larger);
            if (_fragments.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_fragments);
            }

            _fragments = larger;
        }

        payload.CopyTo(_fragments.AsSpan(_fragmentsLength));
        _fragmentsLength += payload.Length;
    }

    private static ReadOnlyMemory<byte> CheckClose(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length == 0)
        {
            return payload;
        }

        var code = payload.Length == 1 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(payload.Span);
        if (code is not ((>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999)))
        {
            throw new WebSocketViolation(1002, "a close code that must not be sent");
        }

        return Utf8.IsValid(payload.Span[2..]) ? payload : throw new WebSocketViolation(1007, "a close reason that is not UTF-8");
    }

    private static void Unmask(Span<byte> payload, uint mask)
    {
        Span<byte> key = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(key, mask);
        var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(payload);
        var wide = BitConverter.IsLittleEndian ? mask : BinaryPrimitives.ReverseEndianness(mask);
        for (var i = 0; i < words.Length; i++)
        {
            words[i] ^= wide;
        }

        for (var i = words.Length * 4; i < payload.Length; i++)
        {
            payload[i] ^= key[i & 3];
        }
    }

    private readonly record struct Header(Opcode Opcode, bool Final, int Size, int Length, uint Mask);
}

/// <summary>A whole message of a client, or a control frame's body.</summary>
internal readonly record struct WebSocketMessage(Opcode Opcode, ReadOnlyMemory<byte> Payload);

/// <summary>The client broke the protocol or a limit: the connection ends with this close code.</summary>
internal sealed class WebSocketViolation(int code, string reason) : Exception(reason)
{
    public int Code => code;
}

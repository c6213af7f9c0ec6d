using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace Rollcall.Server.Sockets;

/// <summary>
/// Reads a client's frames (RFC 6455, section 5) and gives whole messages. Holds no buffer while nothing arrives.
/// Sizes are checked by what a header declares, over all fragments, before memory is taken. For one reader at a time.
/// </summary>
internal sealed class WebSocketReader(Stream stream, int maxMessage, Action<ReadOnlyMemory<byte>> pong, Action heard) : IDisposable
{
    private const int FirstBuffer = 4 * 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private byte[] _fragments = [];
    private int _fragmentsLength;
    private Opcode? _fragmented;

    /// <summary>The next message; its bytes are valid until the next call.</summary>
    /// <exception cref="WebSocketViolation">The client broke the protocol or a limit.</exception>
    public async ValueTask<WebSocketMessage> Next()
    {
        while (true)
        {
            var header = await ReadHeader().ConfigureAwait(false);
            heard();
            await Fill(header.Length).ConfigureAwait(false);
            var payload = _buffer.AsMemory(_start, header.Length);
            Unmask(payload.Span, header.Mask);
            _start += header.Length;
            if (Take(header, payload) is { } message)
            {
                return message;
            }
        }
    }

    public void Dispose()
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
            case Opcode.Ping:
                pong(WebSocketFrame.Pong(payload.Span));
                return null;
            case Opcode.Pong:
                return null;
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

    private async ValueTask<Header> ReadHeader()
    {
        await Fill(2).ConfigureAwait(false);
        var (first, second) = (_buffer[_start], _buffer[_start + 1]);
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
        await Fill(2 + extended + 4).ConfigureAwait(false);
        var length = extended switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start + 2)),
            8 => BinaryPrimitives.ReadUInt64BigEndian(_buffer.AsSpan(_start + 2)),
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

        var mask = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start + 2 + extended));
        _start += 2 + extended + 4;
        return new Header(opcode, final, (int)length, mask);
    }

    /// <summary>Makes sure that so many bytes are there from <see cref="_start"/> on.</summary>
    private async ValueTask Fill(int count)
    {
        while (_end - _start < count)
        {
            if (_start == _end)
            {
                // Between messages no buffer is held: wait for the first byte with an empty one.
                Release();
                await stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            }

            MakeRoom(count);
            var read = await stream.ReadAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            _end += read;
        }
    }

    private void MakeRoom(int count)
    {
        if (_buffer.Length - _start >= count && _end < _buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBuffer, count));
        _buffer.AsSpan(_start, _end - _start).CopyTo(larger);
        _end -= _start;
        _start = 0;
        var old = _buffer;
        _buffer = larger;
        if (old.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(old);
        }
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

    private readonly record struct Header(Opcode Opcode, bool Final, int Length, uint Mask);
}

/// <summary>A whole message of a client, or its close frame's body.</summary>
internal readonly record struct WebSocketMessage(Opcode Opcode, ReadOnlyMemory<byte> Payload);

/// <summary>The client broke the protocol or a limit: the connection ends with this close code.</summary>
internal sealed class WebSocketViolation(int code, string reason) : Exception(reason)
{
    public int Code => code;
}

using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text.Unicode;

namespace Rollcall.Server.Sockets;

/// <summary>
/// Turns a client's bytes into whole messages (RFC 6455, section 5; RFC 7692), however they arrive. Holds no buffer between
/// messages. Sizes are checked by what a header declares, over all fragments, before memory is taken, and memory is
/// taken only as bytes arrive; text is checked as it arrives. For one reader at a time.
/// </summary>
internal sealed class WebSocketParser(int maxMessage, bool inflates)
{
    private const int FirstBuffer = 4 * 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;

    /// <summary>The frame whose header was taken, and how much of its payload has been looked at.</summary>
    private FrameHeader? _frame;
    private int _seen;

    /// <summary>The message that was begun: its opcode, whether it is deflated, and its earlier fragments.</summary>
    private Opcode? _message;
    private bool _deflated;
    private byte[] _fragments = [];
    private int _fragmentsLength;
    private Utf8Progress _text;

    /// <summary>The bytes of the message that was given last, where they are not in the buffer.</summary>
    private byte[] _given = [];

    /// <summary>Whether everything that arrived was read.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Whether what arrives next begins a message.</summary>
    public bool IsBetweenMessages => IsEmpty && _frame is null && _message is null;

    /// <summary>Bytes of memory that are held until more has arrived, or what has is read; with the message that was given last, until the next is asked for.</summary>
    public int Held => _buffer.Length + _fragments.Length + _given.Length;

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
        Return(ref _given);
        while ((_frame ??= ReadHeader()) is { } frame && IsWhole(frame))
        {
            var payload = _buffer.AsMemory(_start, (int)frame.Length);
            _start += (int)frame.Length;
            (_frame, _seen) = (null, 0);
            if (Take(frame, payload) is { } whole)
            {
                message = whole;
                return true;
            }
        }

        if (IsEmpty)
        {
            Return(ref _buffer);
            (_start, _end) = (0, 0);
        }

        message = default;
        return false;
    }

    /// <summary>Gives back all memory; nothing is read after it.</summary>
    public void End()
    {
        Return(ref _buffer);
        Return(ref _fragments);
        Return(ref _given);
    }

    /// <summary>Looks at what has arrived of a frame's payload; whether that is all of it.</summary>
    private bool IsWhole(FrameHeader frame)
    {
        var arrived = (int)Math.Min(_end - _start, frame.Length);
        var fresh = _buffer.AsSpan(_start + _seen, arrived - _seen);
        Unmask(fresh, BitOperations.RotateRight(frame.Mask, 8 * (_seen & 3)));
        _seen = arrived;
        if (!frame.IsControl && _message == Opcode.Text && !_deflated && !_text.Accepts(fresh))
        {
            throw new WebSocketViolation(1007, "text that is not UTF-8");
        }

        return arrived == frame.Length;
    }

    private WebSocketMessage? Take(FrameHeader frame, ReadOnlyMemory<byte> payload)
    {
        if (frame.IsControl)
        {
            return new WebSocketMessage(frame.Opcode, frame.Opcode == Opcode.Close ? CheckClose(payload) : payload);
        }

        if (!frame.Final || _fragmentsLength > 0)
        {
            Append(payload.Span);
        }

        if (!frame.Final)
        {
            return null;
        }

        if (_fragmentsLength > 0)
        {
            payload = _fragments.AsMemory(0, _fragmentsLength);
            (_given, _fragments, _fragmentsLength) = (_fragments, [], 0);
        }

        var opcode = _message!.Value;
        _message = null;
        if (_deflated)
        {
            payload = Inflate(payload);
        }

        return opcode == Opcode.Binary || ((!_deflated || _text.Accepts(payload.Span)) && _text.Ends())
            ? new WebSocketMessage(opcode, payload)
            : throw new WebSocketViolation(1007, "text that is not UTF-8");
    }

    private ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> deflated)
    {
        var (inflated, length) = Deflate.Inflate(deflated.Span, maxMessage);
        Return(ref _given);
        _given = inflated;
        return inflated.AsMemory(0, length);
    }

    /// <summary>Takes a frame's header; null when it is not all there.</summary>
    private FrameHeader? ReadHeader()
    {
        if (FrameHeader.Read(_buffer.AsSpan(_start.._end), inflates) is not { } frame)
        {
            return null;
        }

        if (!frame.IsControl)
        {
            var begins = frame.Opcode != Opcode.Continuation;
            if (begins == _message is not null)
            {
                throw new WebSocketViolation(1002, begins ? "a new message inside another" : "a continuation without a beginning");
            }

            if (frame.Length > maxMessage - _fragmentsLength)
            {
                throw new WebSocketViolation(1009, $"a message may have at most {maxMessage} bytes");
            }

            (_message, _deflated) = begins ? (frame.Opcode, frame.Deflated) : (_message, _deflated);
        }

        _start += frame.Size;
        return frame;
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
            Return(ref _buffer);
            _buffer = larger;
        }

        (_start, _end) = (0, rest.Length);
    }

    private static void Return(ref byte[] rented)
    {
        if (rented.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(rented);
            rented = [];
        }
    }

    private void Append(ReadOnlySpan<byte> payload)
    {
        if (_fragments.Length < _fragmentsLength + payload.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBuffer, (_fragmentsLength + payload.Length) * 2));
            _fragments.AsSpan(0, _fragmentsLength).CopyTo(larger);
            Return(ref _fragments);
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
}

/// <summary>A whole message of a client, or a control frame's body.</summary>
internal readonly record struct WebSocketMessage(Opcode Opcode, ReadOnlyMemory<byte> Payload);

/// <summary>The client broke the protocol or a limit: the connection ends with this close code.</summary>
internal sealed class WebSocketViolation(int code, string reason) : Exception(reason)
{
    public int Code => code;
}

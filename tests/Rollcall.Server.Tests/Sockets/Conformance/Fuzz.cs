using System.IO.Compression;
using System.Text;
using Rollcall.Server.Sockets;
using static Rollcall.Server.Tests.Sockets.Conformance.ClientFrame;

namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>
/// Conversations for the parser: valid ones, spoilt in places that matter and in any, and noise. An input is good for a
/// seed, so that a finding can be played again.
/// </summary>
internal sealed class Fuzz(int seed)
{
    public const int MaxMessage = 4096;

    private readonly Random _random = new(seed);

    /// <summary>The client's bytes.</summary>
    public byte[] Input()
    {
        if (_random.Next(20) == 0)
        {
            return Bytes(_random.Next(200));
        }

        var frames = Enumerable.Range(0, _random.Next(1, 6)).SelectMany(_ => Message()).ToList();
        for (var spoilt = _random.Next(3); spoilt > 0; spoilt--)
        {
            Spoil(frames);
        }

        return [.. frames.SelectMany(frame => frame)];
    }

    /// <summary>What the parser makes of bytes that arrive in pieces: its messages in words, and how it ends.</summary>
    /// <param name="input">The bytes.</param>
    /// <param name="inflates">Whether compression was negotiated.</param>
    /// <param name="next">The length of the next piece.</param>
    public static List<string> Read(ReadOnlySpan<byte> input, bool inflates, Func<int> next)
    {
        var parser = new WebSocketParser(MaxMessage, inflates);
        var heard = new List<string>();
        try
        {
            while (input.Length > 0)
            {
                var room = parser.Room().Span;
                Assert.InRange(room.Length, 1, 4 * MaxMessage);
                var piece = input[..Math.Min(Math.Min(next(), room.Length), input.Length)];
                piece.CopyTo(room);
                parser.Arrived(piece.Length);
                input = input[piece.Length..];
                while (parser.TryRead(out var message))
                {
                    Assert.InRange(message.Payload.Length, 0, MaxMessage);
                    Assert.True(message.Opcode != Opcode.Text || IsText(message.Payload.Span), "a text is UTF-8");
                    heard.Add($"{message.Opcode} {Convert.ToHexString(message.Payload.Span)}");
                }
            }
        }
        catch (WebSocketViolation violation)
        {
            heard.Add($"violation {violation.Code}");
        }

        parser.End();
        return heard;
    }

    /// <summary>The length of a piece: mostly small, sometimes all.</summary>
    public int Piece() => _random.Next(4) switch { 0 => 1, 1 => _random.Next(1, 8), 2 => _random.Next(1, 200), _ => 5000 };

    private List<byte[]> Message()
    {
        switch (_random.Next(10))
        {
            case 0:
                return [Of(_random.Next(2) == 0 ? PingCode : PongCode, Bytes(_random.Next(126)))];
            case 1:
                return [Of(CloseCode, CloseBody(_random.Next(900, 5100), Text()))];
            default:
                var binary = _random.Next(4) == 0;
                var payload = binary ? Bytes(Length()) : Text();
                var rsv = _random.Next(2) == 0 ? 4 : 0;
                List<byte[]> frames = [.. Fragments(binary ? BinaryCode : TextCode, rsv == 0 ? payload : Pack(payload), Math.Max(1, Length()), rsv)];
                if (frames.Count > 1 && _random.Next(2) == 0)
                {
                    frames.Insert(_random.Next(1, frames.Count), Ping("between"));
                }

                return frames;
        }
    }

    private void Spoil(List<byte[]> frames)
    {
        var at = _random.Next(frames.Count);
        var frame = frames[at] = [.. frames[at]];
        if (frame.Length < 2)
        {
            return;
        }

        switch (_random.Next(8))
        {
            case 0:
                frame[0] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                frame[1] ^= (byte)(1 << _random.Next(8));
                break;
            case 2:
                frame[_random.Next(Math.Min(14, frame.Length))] = (byte)_random.Next(256);
                break;
            case 3:
                frame[_random.Next(frame.Length)] ^= (byte)(1 << _random.Next(8));
                break;
            case 4:
                frames[at] = frame[.._random.Next(frame.Length)];
                break;
            case 5:
                frames.Insert(at, frame);
                break;
            case 6:
                frames.RemoveAt(_random.Next(2) == 0 && frames.Count > 1 ? at : frames.Count - 1);
                frames.Add(Bytes(1 + _random.Next(20)));
                break;
            default:
                frames[at] = Of(_random.Next(16), Bytes(_random.Next(20)), _random.Next(2) == 0, _random.Next(8), _random.Next(8) > 0, new[] { 0, 2, 8 }[_random.Next(3)],
                    _random.Next(3) == 0 ? (ulong)_random.NextInt64() : null);
                break;
        }
    }

    private int Length() => _random.Next(6) switch { 0 => _random.Next(3), 1 => 125 + _random.Next(3), 2 => MaxMessage - 1 + _random.Next(3), _ => _random.Next(600) };

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Text of characters of every length, perhaps spoilt.</summary>
    private byte[] Text()
    {
        var text = new StringBuilder();
        for (var rest = Length() / 3; rest > 0; rest--)
        {
            text.Append(new[] { "a", "µ", "日", "😀", "\u0000", "\uffff" }[_random.Next(6)]);
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (bytes.Length > 0 && _random.Next(4) == 0)
        {
            bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
        }

        return bytes;
    }

    private static byte[] Pack(byte[] payload)
    {
        var packed = new MemoryStream();
        using var deflate = new DeflateStream(packed, CompressionLevel.Fastest);
        deflate.Write(payload);
        deflate.Flush();
        return payload.Length == 0 ? [0x00] : packed.ToArray()[..^4];
    }

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            new UTF8Encoding(false, true).GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}

using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Rollcall.Server.Sockets;

/// <summary>Checks text that arrives in pieces, which may end within a character: what cannot become UTF-8 is known at once.</summary>
internal struct Utf8Progress
{
    /// <summary>The beginning of a character, the first byte lowest, and how many bytes of it there are.</summary>
    private uint _begun;
    private int _count;

    /// <summary>Whether the text may go on like this.</summary>
    public bool Accepts(ReadOnlySpan<byte> more)
    {
        while (_count > 0 && more.Length > 0)
        {
            _begun |= (uint)more[0] << (8 * _count++);
            more = more[1..];
            switch (Decode())
            {
                case OperationStatus.Done:
                    (_begun, _count) = (0, 0);
                    break;
                case OperationStatus.InvalidData:
                    return false;
                default:
                    break;
            }
        }

        var whole = more.Length - Unfinished(more);
        foreach (var value in more[whole..])
        {
            _begun |= (uint)value << (8 * _count++);
        }

        return Utf8.IsValid(more[..whole]);
    }

    /// <summary>Whether the text may end here; another one begins after it.</summary>
    public bool Ends()
    {
        var whole = _count == 0;
        (_begun, _count) = (0, 0);
        return whole;
    }

    private readonly OperationStatus Decode()
    {
        Span<byte> bytes = [(byte)_begun, (byte)(_begun >> 8), (byte)(_begun >> 16), (byte)(_begun >> 24)];
        return Rune.DecodeFromUtf8(bytes[.._count], out _, out _);
    }

    /// <summary>How many bytes at the end are the beginning of a character.</summary>
    private static int Unfinished(ReadOnlySpan<byte> text)
    {
        for (var count = 1; count <= Math.Min(3, text.Length); count++)
        {
            if ((text[^count] & 0xC0) != 0x80)
            {
                return Rune.DecodeFromUtf8(text[^count..], out _, out _) == OperationStatus.NeedMoreData ? count : 0;
            }
        }

        return 0;
    }
}

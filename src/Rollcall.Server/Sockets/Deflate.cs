using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Rollcall.Server.Sockets;

/// <summary>
/// Messages as permessage-deflate carries them (RFC 7692, section 7.2), each for itself: nothing is kept from one to the
/// next, so that one compressed message is right for everybody.
/// </summary>
internal static class Deflate
{
    /// <summary>What the sender took off the end, and an empty last block, so that a message cut short is known as such.</summary>
    private static readonly byte[] End = [0x00, 0x00, 0xFF, 0xFF, 0x01, 0x00, 0x00, 0xFF, 0xFF];

    /// <summary>How much of <see cref="End"/> a finished block has behind it.</summary>
    private const int Tail = 4;

    private const int FirstBuffer = 4 * 1024;

    /// <summary>Blocks of one message that call themselves the last, each of which needs an inflater of its own.</summary>
    private const int MaxLasts = 64;

    /// <summary>Compresses a message's payload.</summary>
    public static ReadOnlyMemory<byte> Pack(params ReadOnlySpan<ReadOnlyMemory<byte>> payload)
    {
        var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            foreach (var slice in payload)
            {
                deflate.Write(slice.Span);
            }

            // Ends with a block of nothing, after which the next byte is a byte again.
            deflate.Flush();
            return packed.GetBuffer().AsMemory(0, (int)packed.Length - Tail);
        }
    }

    /// <summary>
    /// Puts bytes of one receiver's own around a packed payload that is shared, as blocks that are stored and not
    /// compressed.
    /// </summary>
    public static ReadOnlyMemory<byte>[] Around(ReadOnlySpan<byte> before, ReadOnlyMemory<byte> packed, ReadOnlySpan<byte> behind) =>
        [Stored(before), packed, (byte[])[.. End.AsSpan(0, Tail), .. Stored(behind), 0x00]];

    /// <summary>Inflates a message's payload into an array of the shared pool.</summary>
    /// <exception cref="WebSocketViolation">It is not deflated, or has more than so many bytes: no more are inflated.</exception>
    public static (byte[] Rented, int Length) Inflate(ReadOnlySpan<byte> packed, int max)
    {
        var input = ArrayPool<byte>.Shared.Rent(packed.Length + End.Length);
        var output = ArrayPool<byte>.Shared.Rent(Math.Min(FirstBuffer, max + 1));
        var kept = false;
        try
        {
            packed.CopyTo(input);
            End.CopyTo(input.AsSpan(packed.Length));
            using var source = new Source(input, packed.Length + End.Length);
            var length = InflateToLast(source, ref output, 0, max);
            if (!source.IsRead)
            {
                // One of the message's own blocks is a last one: once more, byte by byte, which tells where it ends.
                (source.Position, source.Step, length) = (0, 1, 0);
                for (var lasts = 0; source.Position < packed.Length; lasts++)
                {
                    length = lasts < MaxLasts
                        ? InflateToLast(source, ref output, length, max)
                        : throw new WebSocketViolation(1009, $"a message may have at most {MaxLasts} last blocks");
                }
            }

            kept = true;
            return (output, length);
        }
        catch (InvalidDataException)
        {
            throw new WebSocketViolation(1007, "a message that is not deflated");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(input);
            if (!kept)
            {
                ArrayPool<byte>.Shared.Return(output);
            }
        }
    }

    /// <summary>Inflates up to a last block and with it; gives how much output there is then.</summary>
    private static int InflateToLast(Source source, ref byte[] output, int length, int max)
    {
        using var inflate = new DeflateStream(source, CompressionMode.Decompress, leaveOpen: true);
        while (true)
        {
            output = length == output.Length ? Larger(output, max) : output;
            var read = inflate.Read(output, length, output.Length - length);
            if (read == 0)
            {
                return length;
            }

            length += read;
            if (length > max)
            {
                throw new WebSocketViolation(1009, $"a message may have at most {max} bytes");
            }
        }
    }

    private static byte[] Larger(byte[] full, int max)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(full.Length * 4, max + 1));
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    private static byte[] Stored(ReadOnlySpan<byte> bytes)
    {
        const int Longest = ushort.MaxValue;
        var stored = new ArrayBufferWriter<byte>(bytes.Length + 5);
        for (var rest = bytes; rest.Length > 0; rest = rest[Math.Min(rest.Length, Longest)..])
        {
            var block = rest[..Math.Min(rest.Length, Longest)];
            var header = stored.GetSpan(5);
            header[0] = 0;
            BinaryPrimitives.WriteUInt16LittleEndian(header[1..], (ushort)block.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(header[3..], (ushort)~block.Length);
            stored.Advance(5);
            stored.Write(block);
        }

        return stored.WrittenSpan.ToArray();
    }

    /// <summary>
    /// What is inflated. Its very last byte is given by itself: who did not need it has come to a last block before the end,
    /// but has read on for the sake of its buffer.
    /// </summary>
    private sealed class Source(byte[] bytes, int length) : MemoryStream(bytes, 0, length)
    {
        /// <summary>The most bytes that are given at a time.</summary>
        public int Step { get; set; } = int.MaxValue;

        /// <summary>Whether all of it was needed.</summary>
        public bool IsRead => Position == Length;

        /// <exception cref="InvalidDataException">There is no more, and whoever asks has not come to a last block: <see cref="DeflateStream"/> itself would take it for one.</exception>
        public override int Read(byte[] buffer, int offset, int count) => IsRead ? throw new InvalidDataException() :
            base.Read(buffer, offset, Math.Min(Math.Min(count, Step), Math.Max(1, (int)(Length - Position) - 1)));
    }
}

using System.IO.Compression;
using System.Text;
using static Rollcall.Server.Tests.Sockets.Conformance.ClientFrame;

namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>
/// After sections 12 and 13: compressed messages of many sizes, whole and in fragments, under every kind of offer. The list
/// has more kinds of payload, and goes up to 128 KiB, which is refused here.
/// </summary>
internal static class DeflateCases
{
    private const int Limit = 64 * 1024;
    private const int FirstBit = 4;
    private const string NotRead = "close 1002";

    private static readonly string[] Offer = ["permessage-deflate"];

    /// <summary>The seven pairs of parameters of section 13, with what each leads to: a smaller window is declined, and what follows goes uncompressed.</summary>
    private static readonly (string Offer, bool Taken)[] Offers =
    [
        ("permessage-deflate", true),
        ("permessage-deflate; server_no_context_takeover", true),
        ("permessage-deflate; server_max_window_bits=9", false),
        ("permessage-deflate; server_max_window_bits=15", true),
        ("permessage-deflate; server_no_context_takeover; server_max_window_bits=9", false),
        ("permessage-deflate; server_no_context_takeover; server_max_window_bits=15", true),
        ("permessage-deflate; server_no_context_takeover; server_max_window_bits=9, permessage-deflate; server_no_context_takeover, permessage-deflate", true),
    ];

    public static IEnumerable<Case> All => [.. Whole(), .. Fragmented(), .. Offered(), .. Rules(), .. Wrong()];

    private static IEnumerable<Case> Whole()
    {
        int[] sizes = [16, 64, 256, 1024, 4 * 1024, 8 * 1024, 16 * 1024, 32 * 1024, Limit, 2 * Limit];
        for (var i = 0; i < sizes.Length; i++)
        {
            var (size, count) = (Math.Max(sizes[i], Beat("").Length), sizes[i] <= 1024 ? 1000 : 50);
            yield return size > Limit
                ? new($"12.1.{i + 1}", "a text of 128 KiB", [Packed(TextCode, Beat(Filling(size)))], "close 1009") { Offers = Offer }
                : new($"12.1.{i + 1}", $"{count} texts of {size} bytes", [.. Enumerable.Repeat(Packed(TextCode, Beat(Filling(size))), count)],
                    [.. Enumerable.Repeat($"beat {Filling(size)}", count)]) { Offers = Offer };
            yield return size > Limit
                ? new($"12.2.{i + 1}", "a binary of 128 KiB", [Packed(BinaryCode, BinaryBeat("b", size))], "close 1009") { Offers = Offer }
                : new($"12.2.{i + 1}", $"{count} binaries of {size} bytes", [.. Enumerable.Repeat(Packed(BinaryCode, BinaryBeat("b", size)), count)],
                    [.. Enumerable.Repeat("beat b", count)]) { Offers = Offer };
        }
    }

    private static IEnumerable<Case> Fragmented()
    {
        int[] sizes = [16, 64, 256, 512, 1024, 4 * 1024, 16 * 1024, 32 * 1024];
        var text = Noise(Limit);
        for (var i = 0; i < sizes.Length; i++)
        {
            var size = sizes[i];
            yield return new($"12.1.{i + 11}", $"a text of 64 KiB that hardly shrinks, in fragments of {size}",
                Fragments(TextCode, Pack(Beat(text)), size, FirstBit), $"beat {text}") { Offers = Offer };
            yield return new($"12.2.{i + 11}", $"a binary of 64 KiB in fragments of {size}",
                Fragments(BinaryCode, Pack(BinaryBeat("b", Limit)), size, FirstBit), "beat b") { Offers = Offer };
        }
    }

    private static IEnumerable<Case> Offered()
    {
        int[] sizes = [64, 256, 1024, 4 * 1024, 8 * 1024, 16 * 1024, 24 * 1024, 32 * 1024, 48 * 1024, Limit];
        for (var section = 0; section < Offers.Length; section++)
        {
            for (var i = 0; i < sizes.Length; i++)
            {
                var beat = Beat(Filling(sizes[i]));
                var frame = Offers[section].Taken ? Packed(TextCode, beat) : Text(beat);
                yield return new($"13.{section + 1}.{i + 1}", $"{Offers[section].Offer}, ten texts of {sizes[i]} bytes",
                    [.. Enumerable.Repeat(frame, 10)], [.. Enumerable.Repeat($"beat {Filling(sizes[i])}", 10)]) { Offers = [Offers[section].Offer] };
            }
        }
    }

    private static IEnumerable<Case> Rules()
    {
        var beat = Beat("Hello, world!");
        var halves = Fragments(TextCode, Pack(beat), (Pack(beat).Length + 1) / 2, FirstBit);
        byte[] final = [.. Pack(beat, last: true), 0x00];
        byte[] lasts = [.. Pack(beat[..20], last: true), .. Pack(beat[20..], last: true), 0x00];
        byte[] behind = [.. Pack(beat[..20], last: true), .. Pack(beat[20..])];
        byte[] stored = [0x00, (byte)beat.Length, 0x00, (byte)~beat.Length, 0xFF, .. beat, 0x00];
        byte[] two = [.. Pack(beat[..20]), 0x00, 0x00, 0xFF, 0xFF, .. Pack(beat[20..])];
        return
        [
            new("own 7692.6", "a text that is not compressed, after negotiation", [Text(beat)], "beat Hello, world!") { Offers = Offer },
            new("own 7692.6", "a ping between two fragments", [halves[0], Ping("between"), halves[1]], "pong between", "beat Hello, world!") { Offers = Offer },
            new("own 7692.6", "byte by byte", [Packed(TextCode, beat)], "beat Hello, world!") { Offers = Offer, Cut = Cut.Octets },
            new("own 7692.7", "a compressed text of nothing", [Of(TextCode, [0x00], rsv: FirstBit)], "error invalid_request") { Offers = Offer },
            new("own 7692.7", "a block that calls itself the last", [Of(TextCode, final, rsv: FirstBit)], "beat Hello, world!") { Offers = Offer },
            new("own 7692.7", "a block that calls itself the last, and nothing behind it", [Of(TextCode, final.AsSpan(..^1), rsv: FirstBit)], "beat Hello, world!") { Offers = Offer },
            new("own 7692.7", "two blocks that call themselves the last", [Of(TextCode, lasts, rsv: FirstBit)], "beat Hello, world!") { Offers = Offer },
            new("own 7692.7", "a block behind one that calls itself the last", [Of(TextCode, behind, rsv: FirstBit)], "beat Hello, world!") { Offers = Offer },
            new("own 7692.7", "a block that is only stored", [Of(TextCode, stored, rsv: FirstBit)], "beat Hello, world!") { Offers = Offer },
            new("own 7692.7", "two blocks with the end of the first between", [Of(TextCode, two, rsv: FirstBit)], "beat Hello, world!") { Offers = Offer },
        ];
    }

    private static IEnumerable<Case> Wrong()
    {
        var beat = Beat("Hello, world!");
        var shortBinary = BinaryBeat("b", 60);
        var packed = Pack(beat);
        byte[] junk = [.. Pack(beat, last: true), 0x07, 0xFF, 0x13];
        byte[] cut = [.. Pack(beat, last: true), .. packed.AsSpan(0, 20)];
        byte[] halves = [.. Pack(new byte[40 << 10], last: true), .. Pack(new byte[40 << 10], last: true), 0x00];
        byte[] begun = [0x00, (byte)beat.Length, 0x00, (byte)~beat.Length, 0xFF, .. beat, 0x04, 0xC0, 0x01, 0x04, 0x00, 0x00, 0x00, 0x00, 0x10];
        byte[] shorter = [0x00, (byte)(shortBinary.Length + 9), 0x00, (byte)~(shortBinary.Length + 9), 0xFF, .. shortBinary];
        byte[] lasts = [.. Enumerable.Repeat<byte[]>([0x03, 0x00], 65).SelectMany(block => block), .. packed];
        return
        [
            new("own 7692.6", "the bit without negotiation", [Of(TextCode, packed, rsv: FirstBit)], NotRead),
            new("own 7692.6", "the bit in a second fragment", [Of(TextCode, packed, fin: false, rsv: FirstBit), Of(Continuation, [], rsv: FirstBit)], NotRead) { Offers = Offer },
            new("own 7692.6", "the bit in a ping", [Of(PingCode, packed, rsv: FirstBit)], NotRead) { Offers = Offer },
            new("own 7692.6", "the bit in a close", [Of(CloseCode, CloseBody(1000), rsv: FirstBit)], NotRead) { Offers = Offer },
            new("own 7692.6", "another bit beside it", [Of(TextCode, packed, rsv: 6)], NotRead) { Offers = Offer },
            new("own 7692.7", "bytes that are not deflated", [Of(TextCode, [0x07, 0xFF, 0x13], rsv: FirstBit)], "close 1007") { Offers = Offer },
            new("own 7692.7", "a message that was cut short", [Of(TextCode, packed.AsSpan(0, 20), rsv: FirstBit)], "close 1007") { Offers = Offer },
            new("own 7692.7", "a whole message, and the beginning of a block", [Of(TextCode, begun, rsv: FirstBit)], "close 1007") { Offers = Offer },
            new("own 7692.7", "a stored block of more bytes than there are", [Of(BinaryCode, shorter, rsv: FirstBit)], "close 1007") { Offers = Offer },
            new("own 7692.7", "no bytes at all", [Of(TextCode, [], rsv: FirstBit)], "close 1007") { Offers = Offer },
            new("own 7692.7", "bytes that are not deflated behind a last block", [Of(TextCode, junk, rsv: FirstBit)], "close 1007") { Offers = Offer },
            new("own 7692.7", "a last block, and then one that was cut short", [Of(TextCode, cut, rsv: FirstBit)], "close 1007") { Offers = Offer },
            new("own 7692.7", "compressed text that is not UTF-8", [Packed(TextCode, Beat([0xED, 0xA0, 0x80]))], "close 1007") { Offers = Offer },
            new("own 7692.8", "64 MiB in 64 KiB", [Packed(TextCode, new byte[60 << 20])], "close 1009") { Offers = Offer },
            new("own 7692.8", "80 KiB in two last blocks", [Of(TextCode, halves, rsv: FirstBit)], "close 1009") { Offers = Offer },
            new("own 7692.8", "more last blocks than 64", [Of(TextCode, lasts, rsv: FirstBit)], "close 1009") { Offers = Offer },
            new("own 7692.8", "one byte more than 64 KiB", [Packed(TextCode, Beat(Filling(Limit + 1)))], "close 1009") { Offers = Offer },
        ];
    }

    private static byte[] Packed(int opcode, byte[] payload) => Of(opcode, Pack(payload), rsv: FirstBit);

    private static byte[] Pack(byte[] payload, bool last = false)
    {
        var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(payload);
            if (!last)
            {
                deflate.Flush();
                return packed.ToArray()[..^4];
            }
        }

        return packed.ToArray();
    }

    /// <summary>Text without repetitions, for which a beat has a length.</summary>
    private static string Noise(int length)
    {
        var noise = new byte[length];
        new Random(7692).NextBytes(noise);
        return Convert.ToBase64String(noise)[..(length - Beat("").Length)];
    }
}

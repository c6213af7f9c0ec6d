using static Rollcall.Server.Tests.Sockets.Conformance.ClientFrame;

namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>Sections 1 to 5: framing, pings and pongs, reserved bits, opcodes, fragmentation.</summary>
internal static class FramingCases
{
    private const string NotRead = "close 1002";

    private static readonly byte[] Hello = Beat("Hello, world!");
    private static readonly byte[] Full = [.. Enumerable.Range(0, 125).Select(i => (byte)(i + 0x80))];
    private static readonly string FullPong = $"pong {System.Text.Encoding.Latin1.GetString(Full)}";

    public static IEnumerable<Case> All => [.. Framing(), .. Pings(), .. Reserved(), .. Opcodes(), .. Fragmentation(), .. Own()];

    private static IEnumerable<Case> Framing()
    {
        yield return new("1.1.1", "an empty text", [Text("")], "error invalid_request");
        yield return new("1.2.1", "an empty binary", [Binary([])], "error invalid_request");
        int[] sizes = [125, 126, 127, 128, 65535, 65536];
        for (var i = 0; i < sizes.Length; i++)
        {
            var (size, filling) = (sizes[i], Filling(sizes[i]));
            yield return new($"1.1.{i + 2}", $"a text of {size} bytes", [Text(Beat(filling))], $"beat {filling}");
            yield return new($"1.2.{i + 2}", $"a binary of {size} bytes", [Binary(BinaryBeat("b", size))], "beat b");
        }

        yield return new("1.1.8", "a text of 65536 bytes in segments of 997", [Text(Beat(Filling(65536)))], $"beat {Filling(65536)}") { Segment = 997 };
        yield return new("1.2.8", "a binary of 65536 bytes in segments of 997", [Binary(BinaryBeat("b", 65536))], "beat b") { Segment = 997 };
    }

    private static IEnumerable<Case> Pings()
    {
        byte[][] ten = [.. Enumerable.Range(0, 10).Select(i => Ping($"payload-{i}"))];
        string[] tenPongs = [.. Enumerable.Range(0, 10).Select(i => $"pong payload-{i}")];
        return
        [
            new("2.1", "an empty ping", [Ping()], "pong "),
            new("2.2", "a ping with text", [Ping("Hello, world!")], "pong Hello, world!"),
            new("2.3", "a ping with bytes that are no text", [Of(PingCode, [0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0x00, 0xFF])],
                "pong \u0000\u00ff\u00fe\u00fd\u00fc\u00fb\u0000\u00ff"),
            new("2.4", "a ping of 125 bytes", [Of(PingCode, Full)], FullPong),
            new("2.5", "a ping of 126 bytes", [Of(PingCode, new byte[126])], NotRead),
            new("2.6", "a ping of 125 bytes, byte by byte", [Of(PingCode, Full)], FullPong) { Cut = Cut.Octets },
            new("2.7", "an empty pong that nobody asked for", [Pong()]),
            new("2.8", "a pong that nobody asked for", [Pong("unsolicited")]),
            new("2.9", "such a pong, then a ping", [Pong("unsolicited"), Ping("asked")], "pong asked"),
            new("2.10", "ten pings at once", ten, tenPongs),
            new("2.11", "ten pings, byte by byte", ten, tenPongs) { Cut = Cut.Octets },
        ];
    }

    private static Case[] Reserved() =>
    [
        new("3.1", "bit 3 in a text", [Of(TextCode, Hello, rsv: 1)], NotRead),
        new("3.2", "a text, bit 2 in another, a ping", [Text(Hello), Of(TextCode, Hello, rsv: 2), Ping()], "beat Hello, world!", NotRead),
        new("3.3", "a text, bits 2 and 3 in another, a ping, one by one", [Text(Hello), Of(TextCode, Hello, rsv: 3), Ping()], "beat Hello, world!", NotRead) { Cut = Cut.Frames },
        new("3.4", "a text, bit 1 in another, a ping, byte by byte", [Text(Hello), Of(TextCode, Hello, rsv: 4), Ping()], "beat Hello, world!", NotRead) { Cut = Cut.Octets },
        new("3.5", "bits 1 and 3 in a binary", [Of(BinaryCode, Full, rsv: 5)], NotRead),
        new("3.6", "bits 1 and 2 in a ping", [Of(PingCode, Full, rsv: 6)], NotRead),
        new("3.7", "all three in a close", [Of(CloseCode, CloseBody(1000), rsv: 7)], NotRead),
    ];

    private static Case[] Opcodes() =>
    [
        new("4.1.1", "opcode 3", [Of(3, [])], NotRead),
        new("4.1.2", "opcode 4 with a payload", [Of(4, Hello)], NotRead),
        new("4.1.3", "a text, opcode 5, a ping", [Text(Hello), Of(5, []), Ping()], "beat Hello, world!", NotRead) { Cut = Cut.Frames },
        new("4.1.4", "a text, opcode 6 with a payload, a ping", [Text(Hello), Of(6, Hello), Ping()], "beat Hello, world!", NotRead),
        new("4.1.5", "a text, opcode 7 with a payload, a ping, byte by byte", [Text(Hello), Of(7, Hello), Ping()], "beat Hello, world!", NotRead) { Cut = Cut.Octets },
        new("4.2.1", "opcode 11", [Of(11, [])], NotRead),
        new("4.2.2", "opcode 12 with a payload", [Of(12, Hello)], NotRead),
        new("4.2.3", "a text, opcode 13, a ping", [Text(Hello), Of(13, []), Ping()], "beat Hello, world!", NotRead) { Cut = Cut.Frames },
        new("4.2.4", "a text, opcode 14 with a payload, a ping", [Text(Hello), Of(14, Hello), Ping()], "beat Hello, world!", NotRead),
        new("4.2.5", "a text, opcode 15 with a payload, a ping, byte by byte", [Text(Hello), Of(15, Hello), Ping()], "beat Hello, world!", NotRead) { Cut = Cut.Octets },
    ];

    private static IEnumerable<Case> Fragmentation()
    {
        var halves = Fragments(TextCode, Hello, 24);
        byte[][] pinged = [halves[0], Ping("between"), halves[1]];
        var five = Fragments(TextCode, Hello, 10);
        byte[][] twice = [five[0], five[1], Ping("one"), five[2], five[3], Ping("two"), five[4]];
        string[] heardTwice = ["pong one", "pong two", "beat Hello, world!"];
        byte[][] Nothing(bool fin) => [Of(Continuation, Hello, fin), Text(Hello)];
        byte[][] Between(bool fin) => [Of(Continuation, Hello, fin), .. halves, Of(Continuation, Hello, fin), .. halves];
        return
        [
            new("5.1", "a ping in two fragments", Fragments(PingCode, Hello, 24), NotRead),
            new("5.2", "a pong in two fragments", Fragments(PongCode, Hello, 24), NotRead),
            new("5.3", "a text in two fragments", halves, "beat Hello, world!"),
            new("5.4", "a text in two fragments, one by one", halves, "beat Hello, world!") { Cut = Cut.Frames },
            new("5.5", "a text in two fragments, byte by byte", halves, "beat Hello, world!") { Cut = Cut.Octets },
            new("5.6", "a ping between two fragments", pinged, "pong between", "beat Hello, world!"),
            new("5.7", "a ping between two fragments, one by one", pinged, "pong between", "beat Hello, world!") { Cut = Cut.Frames },
            new("5.8", "a ping between two fragments, byte by byte", pinged, "pong between", "beat Hello, world!") { Cut = Cut.Octets },
            new("5.9", "the end of nothing, then a text", Nothing(true), NotRead),
            new("5.10", "the end of nothing, then a text, one by one", Nothing(true), NotRead) { Cut = Cut.Frames },
            new("5.11", "the end of nothing, then a text, byte by byte", Nothing(true), NotRead) { Cut = Cut.Octets },
            new("5.12", "the middle of nothing, then a text", Nothing(false), NotRead),
            new("5.13", "the middle of nothing, then a text, one by one", Nothing(false), NotRead) { Cut = Cut.Frames },
            new("5.14", "the middle of nothing, then a text, byte by byte", Nothing(false), NotRead) { Cut = Cut.Octets },
            new("5.15", "a text in two fragments, the middle of nothing, a text", [.. halves, Of(Continuation, Hello, false), Text(Hello)], "beat Hello, world!", NotRead),
            new("5.16", "the middle of nothing before a text in fragments, twice", Between(false), NotRead),
            new("5.17", "the end of nothing before a text in fragments, twice", Between(true), NotRead),
            new("5.18", "a text whose second fragment calls itself a text", [halves[0], Of(TextCode, Full)], NotRead),
            new("5.19", "a text in five fragments with two pings between", twice, heardTwice),
            new("5.20", "a text in five fragments with two pings between, one by one", twice, heardTwice) { Cut = Cut.Frames },
        ];
    }

    /// <summary>What the list leaves out, by section of RFC 6455.</summary>
    private static IEnumerable<Case> Own()
    {
        foreach (var (opcode, name) in new[] { (TextCode, "text"), (BinaryCode, "binary"), (PingCode, "ping"), (CloseCode, "close") })
        {
            yield return new("own 5.1", $"a {name} that is not masked", [Of(opcode, opcode == CloseCode ? CloseBody(1000) : [], masked: false)], NotRead);
        }

        yield return new("own 5.2", "a short length in two bytes", [Of(TextCode, Hello, sized: 2)], NotRead);
        yield return new("own 5.2", "a short length in eight bytes", [Of(TextCode, Hello, sized: 8)], NotRead);
        yield return new("own 5.2", "a length of two bytes in eight", [Of(TextCode, Beat(Filling(300)), sized: 8)], NotRead);
        yield return new("own 5.2", "a length with its highest bit set", [Of(TextCode, Hello, sized: 8, length: 1UL << 63)], NotRead);
        yield return new("own 5.4", "a binary whose second fragment calls itself a text", [Of(BinaryCode, Full, fin: false), Text(Hello)], NotRead);
        yield return new("own 5.4", "a thousand fragments of nothing, then a text's end",
            [Of(TextCode, Hello, fin: false), .. Enumerable.Repeat(Of(Continuation, [], fin: false), 1000), Of(Continuation, [])], "beat Hello, world!");
        yield return new("own 5.5", "a close in two fragments", Fragments(CloseCode, CloseBody(1000), 1), NotRead);
    }
}

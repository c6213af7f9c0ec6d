using static Rollcall.Server.Tests.Sockets.Conformance.ClientFrame;

namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>
/// Sections 9 and 10: size and number. The list goes up to 16 MiB; here a message has at most 64 KiB, so that what is
/// larger is refused, by its header alone: none of its payload is ever sent.
/// </summary>
internal static class SizeCases
{
    private const int Limit = 64 * 1024;
    private const string TooLarge = "close 1009";

    public static IEnumerable<Case> All => [.. Whole(), .. Fragmented(), .. Segments(), .. Many(), .. Automatic(), .. Own()];

    private static IEnumerable<Case> Whole()
    {
        yield return new("9.1.1", "a text of 64 KiB", [Text(Beat(Filling(Limit)))], $"beat {Filling(Limit)}");
        yield return new("9.2.1", "a binary of 64 KiB", [Binary(BinaryBeat("b", Limit))], "beat b");
        ulong[] larger = [256 * 1024, 1 << 20, 4 << 20, 8 << 20, 16 << 20];
        for (var i = 0; i < larger.Length; i++)
        {
            yield return new($"9.1.{i + 2}", $"the header of a text of {larger[i]} bytes", [Of(TextCode, [], length: larger[i])], TooLarge);
            yield return new($"9.2.{i + 2}", $"the header of a binary of {larger[i]} bytes", [Of(BinaryCode, [], length: larger[i])], TooLarge);
        }
    }

    private static IEnumerable<Case> Fragmented()
    {
        int[] sizes = [64, 256, 1024, 4 * 1024, 16 * 1024, Limit];
        var filling = Filling(Limit);
        for (var i = 0; i < sizes.Length; i++)
        {
            var size = sizes[i];
            yield return new($"9.3.{i + 1}", $"a text of 64 KiB in fragments of {size}", Fragments(TextCode, Beat(filling), size), $"beat {filling}");
            yield return new($"9.4.{i + 1}", $"a binary of 64 KiB in fragments of {size}", Fragments(BinaryCode, BinaryBeat("b", Limit), size), "beat b");

            byte[][] full = [.. Fragments(TextCode, new byte[Limit], size)];
            full[^1] = Of(full.Length == 1 ? TextCode : Continuation, new byte[size], fin: false);
            yield return new($"9.3.{i + 1}", $"more than 64 KiB of text in fragments of {size}", [.. full, Of(Continuation, [], length: 1)], TooLarge);
        }

        foreach (var (size, i) in new ulong[] { 256 * 1024, 1 << 20, 4 << 20 }.Select((size, i) => (size, i)))
        {
            yield return new($"9.3.{i + 7}", $"a first fragment of {size} bytes of text", [Of(TextCode, [], fin: false, length: size)], TooLarge);
            yield return new($"9.4.{i + 7}", $"a first fragment of {size} binary bytes", [Of(BinaryCode, [], fin: false, length: size)], TooLarge);
        }
    }

    private static IEnumerable<Case> Segments() => new[] { 64, 128, 256, 512, 1024, 2048 }.SelectMany((size, i) => new Case[]
    {
        new($"9.5.{i + 1}", $"a text of 64 KiB in segments of {size}", [Text(Beat(Filling(Limit)))], $"beat {Filling(Limit)}") { Segment = size },
        new($"9.6.{i + 1}", $"a binary of 64 KiB in segments of {size}", [Binary(BinaryBeat("b", Limit))], "beat b") { Segment = size },
    });

    private static IEnumerable<Case> Many()
    {
        int[] sizes = [0, 16, 64, 256, 1024, 4096];
        var empty = Beat("").Length;
        var emptyBinary = BinaryBeat("1000", 30).Length;
        for (var i = 0; i < sizes.Length; i++)
        {
            var size = sizes[i];
            yield return new($"9.7.{i + 1}", $"a thousand texts with {size} bytes in them",
                [.. Enumerable.Range(0, 1000).Select(_ => Text(Beat(Filling(empty + size))))], [.. Enumerable.Repeat($"beat {Filling(empty + size)}", 1000)]);
            yield return new($"9.8.{i + 1}", $"a thousand binaries with {size} bytes in them",
                [.. Enumerable.Range(0, 1000).Select(n => Binary(BinaryBeat($"{n}", emptyBinary + size)))], [.. Enumerable.Range(0, 1000).Select(n => $"beat {n}")]);
        }
    }

    private static IEnumerable<Case> Automatic() =>
        [new("10.1.1", "a text of 64 KiB in fragments of 1300", Fragments(TextCode, Beat(Filling(Limit)), 1300), $"beat {Filling(Limit)}")];

    private static IEnumerable<Case> Own() =>
    [
        new("own 10.4", "one byte more than 64 KiB", [Of(TextCode, [], length: Limit + 1)], TooLarge),
        new("own 10.4", "the largest length there is", [Of(TextCode, [], length: long.MaxValue)], TooLarge),
        new("own 10.4", "a fragment that passes the limit by one byte", [Of(TextCode, Beat(Filling(100)), fin: false), Of(Continuation, [], length: Limit - 99)], TooLarge),
        new("own 5.4", "64 KiB in fragments of one byte", Fragments(TextCode, Beat(Filling(Limit)), 1), $"beat {Filling(Limit)}"),
    ];
}

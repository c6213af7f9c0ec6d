using System.Text;
using static Rollcall.Server.Tests.Sockets.Conformance.ClientFrame;

namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>Section 6: text must be UTF-8, and what is not is refused as soon as that can be known.</summary>
internal static class Utf8Cases
{
    private const string NotText = "close 1007";
    private const string Greek = "κ\u1F79σμε";

    /// <summary>Lists of sequences that stand as in the list: the section, and its cases in order.</summary>
    private static readonly (string Section, bool Valid, string[] Sequences)[] Sequences =
    [
        ("6.8", false, ["f888808080", "fc8480808080"]),
        ("6.9", true, ["7f", "dfbf", "efbfbf", "f48fbfbf"]),
        ("6.10", false, ["f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"]),
        ("6.12", false, ["80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf", Run(0x80, 64, "")]),
        ("6.13", false, [Run(0xC0, 32, "20"), Run(0xE0, 16, "20"), Run(0xF0, 8, "20"), Run(0xF8, 4, "20"), Run(0xFC, 2, "20")]),
        ("6.14", false, ["c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"]),
        ("6.15", false, ["c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"]),
        ("6.16", false, ["fe", "ff", "fefeffff"]),
        ("6.17", false, ["c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"]),
        ("6.18", false, ["c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"]),
        ("6.19", false, ["c080", "e08080", "f0808080", "f880808080", "fc8080808080"]),
        ("6.20", false, ["eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"]),
        ("6.21", false, ["eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080", "edae80edbfbf", "edafbfedb080", "edafbfedbfbf"]),
        ("6.22", true, ["efbfbe", "efbfbf", .. NonCharacters()]),
        ("6.23", true, ["efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf"]),
    ];

    public static IEnumerable<Case> All =>
        [.. Fragmented(), .. Early(), .. Valid(), .. GrowingGreek(), .. Boundaries(), .. Sequences.SelectMany(list => list.Sequences.Select((hex, i) => Sequence($"{list.Section}.{i + 1}", hex, list.Valid)))];

    private static IEnumerable<Case> Fragmented()
    {
        var text = "Hello-µ@ßöäüàá-UTF-8!!";
        var beat = Beat(text);
        byte[] broken = Beat([.. Encoding.UTF8.GetBytes(Greek), 0xED, 0xA0, 0x80, .. "edited"u8]);
        var boundary = Encoding.UTF8.GetByteCount("[null,\"Hello-µ@ß");
        return
        [
            new("6.1.1", "an empty text", [Text("")], "error invalid_request"),
            new("6.1.2", "an empty text in three fragments", Empty("", ""), "error invalid_request"),
            new("6.1.3", "a text between two empty fragments", Empty("", Encoding.UTF8.GetString(beat)), $"beat {text}"),
            new("6.2.1", "a text beyond ASCII", [Text(beat)], $"beat {text}"),
            new("6.2.2", "the same, cut between two characters", Fragments(TextCode, beat, boundary), $"beat {text}"),
            new("6.2.3", "the same in fragments of one byte", Fragments(TextCode, beat, 1), $"beat {text}"),
            new("6.2.4", "Greek in fragments of one byte", Fragments(TextCode, Beat(Greek), 1), $"beat {Greek}"),
            new("6.3.1", "a surrogate in the middle", [Text(broken)], NotText),
            new("6.3.2", "the same in fragments of one byte", Fragments(TextCode, broken, 1), NotText),
        ];
    }

    private static byte[][] Empty(string first, string second) =>
        [Of(TextCode, Encoding.UTF8.GetBytes(first), fin: false), Of(Continuation, Encoding.UTF8.GetBytes(second), fin: false), Of(Continuation, [])];

    /// <summary>The rest is never sent: whoever waits for it fails these.</summary>
    private static IEnumerable<Case> Early()
    {
        byte[] start = [.. "[null,\""u8, .. Encoding.UTF8.GetBytes(Greek)];
        byte[] tooLarge = [0xF4, 0x90, 0x80, 0x80];
        byte[] whole = [.. start, .. tooLarge, .. "edited"u8];
        byte[] Cut(int upTo) => Of(TextCode, whole)[..^(whole.Length - upTo)];
        return
        [
            new("6.4.1", "a wrong second fragment of three", [Of(TextCode, start, fin: false), Of(Continuation, tooLarge, fin: false)], NotText),
            new("6.4.2", "a fragment that cannot become a character", [Of(TextCode, [.. start, 0xF4], fin: false), Of(Continuation, [0x90], fin: false)], NotText),
            new("6.4.3", "a wrong part of one frame", [Cut(start.Length + 4)], NotText),
            new("6.4.4", "two bytes that cannot become a character, inside one frame", [Cut(start.Length + 2)], NotText),
        ];
    }

    private static IEnumerable<Case> Valid() =>
    [
        new("6.5.1", "ASCII", [Text(Beat("Hello world!"))], "beat Hello world!"),
        new("6.5.2", "two bytes a character", [Text(Beat("Hello µß"))], "beat Hello µß"),
        new("6.5.3", "three bytes a character", [Text(Beat("日本語"))], "beat 日本語"),
        new("6.5.4", "four bytes a character", [Text(Beat("𝄞😀"))], "beat 𝄞😀"),
        new("6.5.5", "Greek", [Text(Beat(Greek))], $"beat {Greek}"),
        new("6.7.1", "a NUL, which JSON does not take raw", [Text(Beat("\0"))], "error invalid_request"),
        Sequence("6.7.2", "c280", true),
        Sequence("6.7.3", "e0a080", true),
        Sequence("6.7.4", "f0908080", true),
    ];

    /// <summary>Greek byte by byte: a text as long as it does not end within a character.</summary>
    private static IEnumerable<Case> GrowingGreek()
    {
        var bytes = Encoding.UTF8.GetBytes(Greek);
        return Enumerable.Range(1, bytes.Length).Select(length =>
            Sequence($"6.6.{length}", Convert.ToHexString(bytes[..length]), length is 2 or 5 or 7 or 9 or 11));
    }

    private static IEnumerable<Case> Boundaries() =>
        new[] { ("ed9fbf", true), ("ee8080", true), ("efbfbd", true), ("f48fbfbf", true), ("f4908080", false) }
            .Select((known, i) => Sequence($"6.11.{i + 1}", known.Item1, known.Item2));

    private static Case Sequence(string id, string hex, bool valid)
    {
        var bytes = Convert.FromHexString(hex);
        return new Case(id, $"{(hex.Length > 24 ? hex[..24] + "…" : hex)} {(valid ? "is" : "is not")} text", [Text(Beat(bytes))],
            valid ? $"beat {Encoding.UTF8.GetString(bytes)}" : NotText);
    }

    private static string Run(int first, int count, string behind) =>
        string.Concat(Enumerable.Range(first, count).Select(value => value.ToString("x2", null) + behind));

    /// <summary>The last two of each plane above the first.</summary>
    private static IEnumerable<string> NonCharacters() =>
        Enumerable.Range(1, 16).SelectMany(plane => new[] { 0xFFFE, 0xFFFF }.Select(last => Convert.ToHexString(Encoding.UTF8.GetBytes(char.ConvertFromUtf32((plane << 16) | last)))));
}

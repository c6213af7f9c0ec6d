using System.Text;
using static Rollcall.Server.Tests.Sockets.Conformance.ClientFrame;

namespace Rollcall.Server.Tests.Sockets.Conformance;

/// <summary>Section 7: closing.</summary>
internal static class CloseCases
{
    private const string NotRead = "close 1002";

    private static readonly byte[] Hello = Beat("Hello, world!");

    public static IEnumerable<Case> All => [.. Order(), .. Bodies(), .. Codes()];

    private static IEnumerable<Case> Order()
    {
        var halves = Fragments(TextCode, Hello, 24);
        var largest = Filling(65536);
        return
        [
            new("7.1.1", "a text, then a close", [Text(Hello), Close(1000)], "beat Hello, world!", "close 1000"),
            new("7.1.2", "two closes", [Close(1000), Close(1001)], "close 1000"),
            new("7.1.3", "a ping behind a close", [Close(1000), Ping("late")], "close 1000"),
            new("7.1.4", "a text behind a close", [Close(1000), Text(Hello)], "close 1000"),
            new("7.1.5", "a close between two fragments", [halves[0], Close(1000), halves[1]], "close 1000"),
            new("7.1.6", "the largest text, a close, a ping", [Text(Beat(largest)), Close(1000), Ping()], $"beat {largest}", "close 1000"),
        ];
    }

    private static IEnumerable<Case> Bodies() =>
    [
        new("7.3.1", "an empty close", [Of(CloseCode, [])], "close 1000"),
        new("7.3.2", "half a code", [Of(CloseCode, [3])], NotRead),
        new("7.3.3", "a code alone", [Close(1000)], "close 1000"),
        new("7.3.4", "a code and a reason", [Close(1000, "Hello World!")], "close 1000"),
        new("7.3.5", "the longest reason", [Close(1000, new string('*', 123))], "close 1000"),
        new("7.3.6", "a longer one", [Close(1000, new string('*', 124))], NotRead),
        new("7.5.1", "a reason that is not text", [Of(CloseCode, CloseBody(1000, [.. Encoding.UTF8.GetBytes("κόσμε"), 0xED, 0xA0, 0x80]))], "close 1007"),
    ];

    private static IEnumerable<Case> Codes()
    {
        int[] good = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
        int[] bad = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
        int[] outside = [5000, 65535];
        return
        [
            .. good.Select((code, i) => new Case($"7.7.{i + 1}", $"code {code} is answered", [Close(code)], $"close {code}")),
            .. bad.Select((code, i) => new Case($"7.9.{i + 1}", $"code {code} must not be sent", [Close(code)], NotRead)),
            .. outside.Select((code, i) => new Case($"7.13.{i + 1}", $"code {code} means nothing", [Close(code)], NotRead)),
            .. new[] { 1012, 1013, 1014 }.Select(code => new Case("own 7.4", $"code {code}, which was registered later", [Close(code)], $"close {code}")),
            new("own 7.4", "code 1015 must not be sent", [Close(1015)], NotRead),
        ];
    }
}

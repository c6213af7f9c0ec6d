using System.Globalization;

namespace Rollcall.Bench.Contenders;

/// <summary>What the peers are told: as long as the hub's event of the same kind.</summary>
internal static class Event
{
    /// <summary>Bytes of an event's message.</summary>
    public const int Length = 300;

    /// <summary>An event about a slot's session, of just so many characters.</summary>
    public static string Json(int slot, bool odd, int length)
    {
        var (head, tail) = (
            string.Create(CultureInfo.InvariantCulture, $$$"""{"session_id":"{{{Contender.SessionPrefix}}}{{{slot}}}","updated_at":"2026-01-01T00:00:00.000Z","version":12345,"metadata":{"turn":{{{(odd ? 2 : 1)}}},"pad":"""),
            """},"seq":1234567,"time":"2026-01-01T00:00:00.000Z"}""");
        return $"{head}\"{new string('x', Math.Max(0, length - head.Length - tail.Length - 2))}\"{tail}";
    }
}

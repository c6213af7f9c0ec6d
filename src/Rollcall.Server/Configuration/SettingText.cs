using System.Globalization;
using System.Text.RegularExpressions;

namespace Rollcall.Server.Configuration;

/// <summary>Durations and sizes as people write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>12h</c>, <c>30d</c>; <c>256KiB</c>, <c>4GiB</c>.</summary>
public static partial class SettingText
{
    private static readonly (string Unit, double Milliseconds)[] Durations = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    private static readonly (string Unit, long Bytes)[] Sizes = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1)];

    /// <summary>Reads a duration; null when it is none.</summary>
    public static TimeSpan? Duration(string text) =>
        Split(text) is var (number, unit) && Durations.FirstOrDefault(known => known.Unit == unit) is { Unit: not null } found
            && number * found.Milliseconds < TimeSpan.MaxValue.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(number * found.Milliseconds) : null;

    /// <summary>Reads a size in bytes; null when it is none.</summary>
    public static long? Size(string text) =>
        Split(text) is var (number, unit) && Sizes.FirstOrDefault(known => known.Unit == (unit.Length == 0 ? "B" : unit)) is { Unit: not null } found
            && number * found.Bytes < long.MaxValue
            ? (long)(number * found.Bytes) : null;

    /// <summary>A duration in the greatest unit that fits.</summary>
    public static string Of(TimeSpan duration)
    {
        var (unit, milliseconds) = Durations.FirstOrDefault(known => duration.TotalMilliseconds % known.Milliseconds == 0, Durations[^1]);
        return (duration.TotalMilliseconds / milliseconds).ToString(CultureInfo.InvariantCulture) + unit;
    }

    /// <summary>A size in the greatest unit that fits.</summary>
    public static string Of(long bytes)
    {
        var (unit, size) = Sizes.First(known => bytes % known.Bytes == 0);
        return (bytes / size).ToString(CultureInfo.InvariantCulture) + unit;
    }

    private static (double Number, string Unit)? Split(string text) => Parts().Match(text) is { Success: true } parts
        ? (double.Parse(parts.Groups[1].ValueSpan, CultureInfo.InvariantCulture), parts.Groups[2].Value) : null;

    [GeneratedRegex(@"^([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)$")]
    private static partial Regex Parts();
}

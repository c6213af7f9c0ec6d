namespace Rollcall.Core.Log;

/// <summary>Times as they are stored: milliseconds since 1970, UTC, which is as exact as the wire.</summary>
internal static class SqliteTime
{
    public static long Of(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static DateTimeOffset Of(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    /// <summary>The time so long before another; the beginning of time when that is further than a date can say.</summary>
    public static long Before(DateTimeOffset now, TimeSpan ago) => now.UtcTicks > ago.Ticks ? Of(now - ago) : long.MinValue;
}

using System.Globalization;

namespace Rollcall.Bench.Contenders;

/// <summary>What a server counts of itself; null where it does not.</summary>
/// <param name="Writes">Writes to sockets.</param>
/// <param name="AllocatedBytes">Bytes of managed memory that were allocated.</param>
internal sealed record Counters(long? Writes, long? AllocatedBytes)
{
    public static readonly Counters None = new(null, null);

    /// <summary>Reads one of Prometheus' text format. Sample: <c>rollcall_connections 1000</c>.</summary>
    public static long? Read(string text, string name) => text.Split('\n')
        .Where(line => line.StartsWith($"{name} ", StringComparison.Ordinal))
        .Select(line => (long?)long.Parse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture))
        .FirstOrDefault();
}

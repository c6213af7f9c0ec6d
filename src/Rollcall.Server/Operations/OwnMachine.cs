using System.Globalization;
using Rollcall.Core.Fleet;

namespace Rollcall.Server.Operations;

/// <summary>The figures of the hub's own machine, from Linux' /proc; elsewhere asking for them fails. Safe from any thread.</summary>
public sealed class OwnMachine(string dataDirectory, TimeProvider time, string proc = "/proc")
{
    /// <summary>Whoever asks again within this time gets the same figures: the load of a shorter time is only noise.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private (long Busy, long Total)? _ticks;
    private HostFigures? _last;
    private long _readAt;

    /// <summary>The figures now; the processors' load is that since the time before, and unknown the first time.</summary>
    /// <exception cref="IOException">They cannot be read here.</exception>
    public HostFigures Read()
    {
        lock (_gate)
        {
            if (_last is { } last && time.GetElapsedTime(_readAt) < Fresh)
            {
                return last;
            }

            if (!File.Exists(Path.Combine(proc, "stat")))
            {
                throw new IOException("figures of this machine can be read on Linux only");
            }

            var ticks = Ticks(File.ReadLines(Path.Combine(proc, "stat")).First());
            var disk = new DriveInfo(Path.GetFullPath(dataDirectory));
            var figures = new HostFigures
            {
                CpuPercent = _ticks is { } before && ticks.Total > before.Total
                    ? Percent(ticks.Busy - before.Busy, ticks.Total - before.Total)
                    : null,
                MemoryPercent = Memory(File.ReadAllLines(Path.Combine(proc, "meminfo"))),
                DiskPercent = Percent(disk.TotalSize - disk.AvailableFreeSpace, disk.TotalSize),
                Load1m = Load(File.ReadAllText(Path.Combine(proc, "loadavg"))),
            };
            (_ticks, _last, _readAt) = (ticks, figures, time.GetTimestamp());
            return figures;
        }
    }

    /// <summary>Clock ticks since the start, from the first line of /proc/stat; time as a guest is within user's.</summary>
    /// <example><c>cpu  87983 297 20293 541804 1543 0 356 4284 0 0</c>: user nice system idle iowait irq softirq steal guest guest_nice.</example>
    internal static (long Busy, long Total) Ticks(string line)
    {
        var ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var total = ticks.Sum();
        return (total - ticks[3] - ticks[4], total);
    }

    /// <summary>Memory that is not available, in percent, from /proc/meminfo.</summary>
    /// <example><c>MemTotal:       24684100 kB</c> and <c>MemAvailable:   24298280 kB</c>.</example>
    internal static double Memory(IEnumerable<string> lines)
    {
        var fields = lines.Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1].Trim().Split(' ')[0]);
        long Of(string name) => long.Parse(
            fields.GetValueOrDefault(name) ?? throw new FormatException($"/proc/meminfo has no {name}"), CultureInfo.InvariantCulture);
        return Percent(Of("MemTotal") - Of("MemAvailable"), Of("MemTotal"));
    }

    /// <summary>The load average of one minute, from /proc/loadavg.</summary>
    /// <example><c>2.48 2.49 1.52 1/93 19919</c>.</example>
    internal static double Load(string text) => double.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture);

    private static double Percent(long part, long whole) => whole <= 0 ? 0 : Math.Round(Math.Clamp(100.0 * part / whole, 0, 100), 1);
}

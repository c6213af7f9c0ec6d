using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Server.Operations;

namespace Rollcall.Server.Clients.Kato;

/// <summary>
/// What the hub's own machine did lately, for KATO's two charts: a reading every 10 s, as often as its page asks. It
/// begins with the hub, and is not kept over its end. Safe from any thread.
/// </summary>
internal sealed partial class KatoHistory(FleetWatch watch, TimeProvider time, ILogger<KatoHistory> logger) : BackgroundService
{
    /// <summary>The most minutes that KATO's route takes: a day.</summary>
    public const int MostMinutes = 1440;

    private const int Kept = MostMinutes * 60 / 10;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<Reading> _readings = new();

    /// <summary>The readings since a time.</summary>
    public KatoTimeSeries Since(DateTimeOffset oldest)
    {
        lock (_gate)
        {
            return new KatoTimeSeries(
                [.. _readings.Where(reading => reading.At >= oldest).SelectMany(reading => KatoPoint.Of(reading.At, reading.Cpu))],
                [.. _readings.Where(reading => reading.At >= oldest).SelectMany(reading => KatoPoint.Of(reading.At, reading.Memory))]);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Every, time);
            do
            {
                try
                {
                    Take();
                }
#pragma warning disable CA1031 // Whatever fails, the next reading is taken: an exception here would stop the hub.
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    LogFailed(failure);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The hub stops.
        }
    }

    private void Take()
    {
        if (!watch.Flags.Current.HostStats || watch.ReadMachine() is not null || !watch.Hosts.All.TryGetValue(watch.Hosts.Own, out var machine))
        {
            return;
        }

        lock (_gate)
        {
            if (_readings.Count == Kept)
            {
                _readings.Dequeue();
            }

            _readings.Enqueue(new Reading(time.GetUtcNow(), machine.Figures.CpuPercent, machine.Figures.MemoryPercent));
        }
    }

    [LoggerMessage(1, LogLevel.Error, "a reading of the hub's own machine failed")]
    private partial void LogFailed(Exception failure);

    private sealed record Reading(DateTimeOffset At, double? Cpu, double? Memory);
}

/// <summary>KATO's <c>time_series</c>, under the names that its charts read.</summary>
/// <param name="KatoCpuUsagePercent">Of all processors of the hub's machine together, 0–100.</param>
/// <param name="KatoMemoryUsagePercent">Memory of it that is not available, 0–100.</param>
public sealed record KatoTimeSeries(IReadOnlyList<KatoPoint> KatoCpuUsagePercent, IReadOnlyList<KatoPoint> KatoMemoryUsagePercent);

/// <summary>A reading.</summary>
/// <param name="Timestamp">Seconds since 1970.</param>
/// <param name="Value">The figure.</param>
public sealed record KatoPoint(long Timestamp, double Value)
{
    internal static IEnumerable<KatoPoint> Of(DateTimeOffset at, double? value) => value is { } known ? [new(at.ToUnixTimeSeconds(), known)] : [];
}

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rollcall.Server.Operations;

/// <summary>Drives what watches the fleet, from the app's start to its end. A beat that fails is logged, and the loop goes on.</summary>
public sealed partial class FleetLoops(FleetWatch watch, TimeProvider time, ILogger<FleetLoops> logger) : BackgroundService
{
    /// <inheritdoc/>
    public override void Dispose()
    {
        watch.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        watch.Health.Changed += (part, error) =>
        {
            if (error is null)
            {
                LogBack(part);
            }
            else
            {
                LogFailed(part, error);
            }
        };
        watch.Detector.Surged += told => LogSurge(told.Source, told.PreviousCount, told.CurrentCount);
        return Task.WhenAll(
        [
            Repeat("realtime_update", watch.Realtime.Beat, stoppingToken),
            Repeat("alerts", Every(watch.Options.Evaluate, watch.Evaluate), stoppingToken, watch.Options.Evaluate),
            .. watch.Sources.Select(source => Repeat(
                source.Name, Every(source.Interval, cancel => watch.Poll.Ask(source, cancel)), stoppingToken)),
        ]);
    }

    private static Func<CancellationToken, Task<TimeSpan>> Every(TimeSpan interval, Func<CancellationToken, Task> beat) => async cancel =>
    {
        await beat(cancel);
        return interval;
    };

    /// <summary>The time a beat takes is part of its interval.</summary>
    /// <param name="name">What it is called in the log.</param>
    /// <param name="beat">Gives the time until the next one.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="first">How long it waits before the first beat: as the hub starts, figures of its machine say little.</param>
    private async Task Repeat(string name, Func<CancellationToken, Task<TimeSpan>> beat, CancellationToken cancel, TimeSpan first = default)
    {
        try
        {
            await Task.Delay(first, time, cancel);
            while (true)
            {
                var (began, interval) = (time.GetTimestamp(), watch.Options.RealtimeAfterFailure);
                try
                {
                    interval = await beat(cancel);
                }
#pragma warning disable CA1031 // Whatever fails, it is looked at again.
                catch (Exception failure) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    LogBeatFailed(name, failure);
                }

                var rest = interval - time.GetElapsedTime(began);
                await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, time, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The app ends.
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Part} cannot be had: {Error}")]
    private partial void LogFailed(string part, string error);

    [LoggerMessage(2, LogLevel.Information, "{Part} is back")]
    private partial void LogBack(string part);

    [LoggerMessage(3, LogLevel.Warning, "the number of sessions of {Source} went from {Previous} to {Current} at once")]
    private partial void LogSurge(string source, long previous, long current);

    [LoggerMessage(4, LogLevel.Error, "{Loop} failed and will be tried again")]
    private partial void LogBeatFailed(string loop, Exception failure);
}

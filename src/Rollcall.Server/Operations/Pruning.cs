using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Core.Log;

namespace Rollcall.Server.Operations;

/// <summary>
/// Removes what retention no longer keeps: at start, and every minute. A look that finds nothing writes the rows of sessions that are behind, in
/// parts, and reads the oldest of each kind, by their indexes.
/// </summary>
internal sealed partial class Pruning(ILog log, RollcallOptions options, TimeProvider time, ILogger<Pruning> logger) : BackgroundService
{
    /// <summary>The shortest time that anything is kept.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Every, time);
            do
            {
                await Prune(stoppingToken).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The hub stops.
        }
    }

    private async Task Prune(CancellationToken cancel)
    {
        try
        {
            var removed = await log.Prune(options.Retention, time.GetUtcNow(), cancel).ConfigureAwait(false);
            if (removed > 0)
            {
                LogPruned(logger, removed);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(logger, failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Retention removed {Removed} events from the log")]
    private static partial void LogPruned(ILogger logger, long removed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Retention could not prune the log; it tries again in a minute")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}

using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Server.Security;

/// <summary>
/// Writes down which sessions the hub ended by itself, because their lease lapsed or their owner did not return. The hub's writer only notes them, and
/// waits for nothing; what is noted is written before the log is closed.
/// </summary>
internal sealed partial class LapseAudit(SessionHub hub, ILog log, TimeProvider time, ILogger<LapseAudit> logger) : BackgroundService
{
    /// <summary>Who is said to have done it.</summary>
    private const string Who = "hub";

    /// <summary>A log that failed is not asked again for so long.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<AuditEntry> _ends = Channel.CreateUnbounded<AuditEntry>(new UnboundedChannelOptions { SingleReader = true });

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        hub.Applied += Note;
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        hub.Applied -= Note;
        _ends.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Whole fleets may lapse at once: what waits is written together, as each writing keeps the hub's batches waiting.
        var together = new List<AuditEntry>();
        while (await _ends.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            together.Clear();
            while (together.Count < EndAudit.MostTogether && _ends.Reader.TryRead(out var end))
            {
                together.Add(end);
            }

            while (!await Write(together).ConfigureAwait(false))
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Note(IReadOnlyList<HubEvent> events, FleetView view)
    {
        foreach (var happened in events)
        {
            if (happened is SessionTerminated { ByHub: true } ended)
            {
                _ends.Writer.TryWrite(new AuditEntry(ended.Time, Who, EndAudit.Action, ended.SessionId));
            }
        }
    }

    private async Task<bool> Write(List<AuditEntry> ends)
    {
#pragma warning disable CA1031 // Whatever fails, it is written again.
        try
        {
            await log.Audit(ends).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure)
        {
            LogFailed(ends.Count, failure);
            return false;
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "that the hub ended {Sessions} sessions could not be written down")]
    private partial void LogFailed(int sessions, Exception failure);
}

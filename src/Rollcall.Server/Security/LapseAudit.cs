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
        await foreach (var end in _ends.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (!await Write(end).ConfigureAwait(false))
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

    private async Task<bool> Write(AuditEntry end)
    {
#pragma warning disable CA1031 // Whatever fails, it is written again.
        try
        {
            await log.Audit(end).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure)
        {
            LogFailed(end.Detail, failure);
            return false;
        }
#pragma warning restore CA1031
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "that the hub ended session {SessionId} could not be written down")]
    private partial void LogFailed(string sessionId, Exception failure);
}

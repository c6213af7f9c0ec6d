using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>The <c>metrics</c> of a <c>realtime_update</c>: the aggregate, and how the hub itself fares.</summary>
public sealed record HubFigures
{
    /// <summary>See <see cref="SessionUpdate.DurationSeconds"/>.</summary>
    public long DurationSeconds { get; init; }

    /// <summary>See <see cref="SessionUpdate.TotalTokens"/>.</summary>
    public long TotalTokens { get; init; }

    /// <summary>See <see cref="SessionUpdate.InputTokens"/>.</summary>
    public long InputTokens { get; init; }

    /// <summary>See <see cref="SessionUpdate.OutputTokens"/>.</summary>
    public long OutputTokens { get; init; }

    /// <summary>See <see cref="SessionUpdate.EstimatedCostUsd"/>.</summary>
    public decimal EstimatedCostUsd { get; init; }

    /// <summary>See <see cref="SessionUpdate.TasksRunning"/>.</summary>
    public int TasksRunning { get; init; }

    /// <summary>See <see cref="SessionUpdate.IsPaused"/>.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Since the hub started.</summary>
    public long UptimeSeconds { get; init; }

    /// <summary>Commands answered since the hub started, refused ones included.</summary>
    public long CommandsTotal { get; init; }

    /// <summary>Commands refused since the hub started.</summary>
    public long CommandsRefused { get; init; }

    /// <summary>The part of the commands of the last minute that was refused, 0–1.</summary>
    public double ErrorRate { get; init; }

    /// <summary>Connections that are open.</summary>
    public int Connections { get; init; }

    /// <summary>Submissions that wait for the writer.</summary>
    public int QueueWaiting { get; init; }

    /// <summary>The figures of a hub now.</summary>
    public static HubFigures Of(SessionHub hub, TimeSpan workPeriodGap, TimeSpan uptime, DateTimeOffset now)
    {
        var aggregate = hub.View.State.Period.At(now, workPeriodGap);
        var (total, refused) = hub.Commands.Total;
        var (lately, refusedLately) = hub.Commands.LastMinute;
        return new HubFigures
        {
            DurationSeconds = aggregate.DurationSeconds,
            TotalTokens = aggregate.TotalTokens,
            InputTokens = aggregate.InputTokens,
            OutputTokens = aggregate.OutputTokens,
            EstimatedCostUsd = aggregate.EstimatedCostUsd,
            TasksRunning = aggregate.TasksRunning,
            IsPaused = aggregate.IsPaused,
            UptimeSeconds = (long)uptime.TotalSeconds,
            CommandsTotal = total,
            CommandsRefused = refused,
            ErrorRate = lately == 0 ? 0 : Math.Round((double)refusedLately / lately, 4),
            Connections = hub.Connections,
            QueueWaiting = hub.Waiting,
        };
    }
}

namespace Rollcall.Core;

/// <summary>The hub's own timings and bounds; the defaults are those of <c>docs/configuration.md</c>.</summary>
public sealed record HubOptions
{
    /// <summary>Requests that may wait for the writer; above it callers are refused as <c>unavailable</c>.</summary>
    public int QueueLength { get; init; } = 8192;

    /// <summary>A durable batch that has so many commands takes no further request.</summary>
    public int BatchLength { get; init; } = 2048;

    /// <summary>Whether the runtime has one core for everything, so that who is woken is in the way of who wakes. The machine says so, not a setting.</summary>
    internal bool OneCore { get; init; } = Environment.ProcessorCount == 1;

    /// <summary>Whether there are so few cores that nobody else could answer callers meanwhile. The machine says so, not a setting.</summary>
    internal bool FewCores { get; init; } = Environment.ProcessorCount <= 2;

    /// <summary>How long a session outlives its owner's connection.</summary>
    public TimeSpan OwnerGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an active session may be silent before it counts as stale.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>After so long without a task the next one begins a new work period.</summary>
    public TimeSpan WorkPeriodGap { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Heartbeats without any event are stored at least so often.</summary>
    public TimeSpan StoreHeartbeatsEvery { get; init; } = TimeSpan.FromSeconds(5);
}

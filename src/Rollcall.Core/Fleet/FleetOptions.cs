namespace Rollcall.Core.Fleet;

/// <summary>How often the fleet is told of; the defaults are those of <c>docs/configuration.md</c>.</summary>
public sealed record FleetOptions
{
    /// <summary><c>session_update</c> at least so often while a task runs.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The rest of a burst of <c>session_update</c> at most so often.</summary>
    public TimeSpan Coalesce { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Changes of the number of sessions within so long are one <c>session_event</c>.</summary>
    public TimeSpan CountWindow { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary><c>realtime_update</c> so often.</summary>
    public TimeSpan Realtime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary><c>realtime_update</c> so long after one with a failed part.</summary>
    public TimeSpan RealtimeAfterFailure { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Alerts are looked for so often.</summary>
    public TimeSpan Evaluate { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>One kind of alert about one subject is told at most so often.</summary>
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A host that was not heard for so long is <c>stale</c>.</summary>
    public TimeSpan HostStaleAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A host that was not heard for so long is <c>down</c>: three times as long as it takes to be stale.</summary>
    public TimeSpan HostDownAfter { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>A host that was not heard for so long is forgotten, and so is an alert about something that is no longer looked at.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromHours(24);
}

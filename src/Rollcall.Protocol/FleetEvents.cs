using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Protocol;

/// <summary>The aggregate of the fleet. Not in the log.</summary>
public sealed record SessionUpdate : HubEvent
{
    /// <summary>Since the work period began, in whole seconds.</summary>
    public long DurationSeconds { get; init; }

    /// <summary>Input and output tokens reported within the work period.</summary>
    public long TotalTokens => InputTokens + OutputTokens;

    /// <summary>Input tokens reported within the work period.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens reported within the work period.</summary>
    public long OutputTokens { get; init; }

    /// <summary>US dollars reported within the work period.</summary>
    public decimal EstimatedCostUsd { get; init; }

    /// <summary>Tasks that run now.</summary>
    public int TasksRunning { get; init; }

    /// <summary>Whether every live session with a task is paused, or the fleet as a whole.</summary>
    public bool IsPaused { get; init; }
}

/// <summary>The number of live sessions changed. Not in the log.</summary>
public sealed record SessionCountChanged : HubEvent
{
    /// <summary><c>session_created</c> when there are more than before, <c>session_destroyed</c> when fewer.</summary>
    public required string EventType { get; init; }

    /// <summary>Live sessions now.</summary>
    public long CurrentCount { get; init; }

    /// <summary>Live sessions at the last such event.</summary>
    public long PreviousCount { get; init; }

    /// <summary>The net change, without a sign.</summary>
    public long Delta { get; init; }

    /// <summary>Sessions that began within the window; null when the source tells only a count.</summary>
    public long? Created { get; init; }

    /// <summary>Sessions that ended within the window; null when the source tells only a count.</summary>
    public long? Destroyed { get; init; }

    /// <summary>Seconds since the last such event; null the first time.</summary>
    public double? TimeSinceLastEvent { get; init; }

    /// <summary>Whose sessions: <c>rollcall</c>, or the name of an outside source.</summary>
    public required string Source { get; init; }

    /// <summary>The project whose sessions alone are counted; absent where all are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Project { get; init; }
}

/// <summary>How many sessions there are.</summary>
/// <param name="ActiveCount">Sessions that have not ended.</param>
/// <param name="TotalCount">All sessions the hub keeps, ended ones included.</param>
/// <param name="ByStatus">The live ones by status name, zeroes included.</param>
public sealed record SessionCounts(long ActiveCount, long TotalCount, IReadOnlyDictionary<string, long> ByStatus);

/// <summary>The hub's machine, its hosts and containers at a glance. Not in the log.</summary>
public sealed record RealtimeUpdate : HubEvent
{
    /// <summary>Figures of the hub itself, or <c>{"error": …}</c> when they could not be had.</summary>
    public JsonElement Metrics { get; init; }

    /// <summary>Hosts by name, or <c>{"error": …}</c> when they could not be had; absent while <c>host_stats</c> is off.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Hosts { get; init; }

    /// <summary>Containers, or <c>{"error": …}</c> when they could not be had; absent where there is no engine.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Containers { get; init; }

    /// <summary>How many sessions there are (<see cref="SessionCounts"/>), or <c>{"error": …}</c> when it could not be had.</summary>
    public JsonElement Sessions { get; init; }

    /// <summary>Outside sources by name: each a count, or <c>{"error": …}</c>; absent when none is configured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Sources { get; init; }
}

/// <summary>How bad it is.</summary>
[JsonConverter(typeof(SnakeCaseEnum<AlertLevel>))]
public enum AlertLevel
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Look at it soon.</summary>
    Warning,

    /// <summary>Look at it now.</summary>
    Error,
}

/// <summary>One thing that is wrong.</summary>
public sealed record Alert
{
    /// <summary>How bad it is.</summary>
    public AlertLevel Level { get; init; }

    /// <summary>The rule it comes from, such as <c>high_cpu</c> or <c>session_waiting</c>.</summary>
    public required string Type { get; init; }

    /// <summary>What is wrong, in words.</summary>
    public required string Message { get; init; }

    /// <summary>The figure that was too high; absent where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Value { get; init; }

    /// <summary>The mark it passed; absent where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Threshold { get; init; }

    /// <summary>What it is about: a host, a container, a session id; absent for the whole hub.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }
}

/// <summary>Something is wrong with the fleet.</summary>
public sealed record SystemAlert : HubEvent
{
    /// <summary>Names this event's alerts together, for acknowledging.</summary>
    public required string Id { get; init; }

    /// <summary>What is wrong.</summary>
    public required IReadOnlyList<Alert> Alerts { get; init; }
}

/// <summary>Somebody has seen an alert.</summary>
public sealed record AlertAcknowledged : HubEvent
{
    /// <summary>Which alert.</summary>
    public required string Id { get; init; }

    /// <summary>Who: the id of a key, or <c>local</c>.</summary>
    public required string By { get; init; }
}

/// <summary>What was wrong no longer is.</summary>
public sealed record AlertResolved : HubEvent
{
    /// <summary>Which alert.</summary>
    public required string Id { get; init; }
}

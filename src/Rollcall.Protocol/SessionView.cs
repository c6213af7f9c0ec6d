using System.Text.Json.Serialization;

namespace Rollcall.Protocol;

/// <summary>Everything a watcher may know of one session. Times are UTC.</summary>
public sealed record SessionView
{
    /// <summary>1–128 of <c>A-Z a-z 0-9 . _ : -</c>; given by the reporter, or <c>session_</c> and a UUIDv7.</summary>
    public required string Id { get; init; }

    /// <summary>What a person calls it; at most 255 characters.</summary>
    public string? Name { get; init; }

    /// <summary>The kind of agent: <c>claude-code</c>, <c>codex</c>, <c>gemini</c>, <c>opencode</c>, or any other.</summary>
    public string? Agent { get; init; }

    /// <summary>What it belongs to; when not given, the last folder of <see cref="Cwd"/>.</summary>
    public string? Project { get; init; }

    /// <summary>The machine it runs on.</summary>
    public string? Host { get; init; }

    /// <summary>The folder it works in.</summary>
    public string? Cwd { get; init; }

    /// <summary>The model it uses.</summary>
    public string? Model { get; init; }

    /// <summary>Where it is in its life cycle.</summary>
    public SessionStatus Status { get; init; }

    /// <summary>The status for clients that know three states; derived.</summary>
    public SessionState State { get; init; }

    /// <summary>What it waits for; set exactly while <see cref="Status"/> is <see cref="SessionStatus.Waiting"/>.</summary>
    public WaitingFor? WaitingFor { get; init; }

    /// <summary>Since when it waits.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>What is asked, in words.</summary>
    public string? WaitingText { get; init; }

    /// <summary>Why it failed; set on error and crash, cleared by the next active or idle.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Whether a person paused it; independent of the status.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Whether nothing was heard for longer than it should be while active.</summary>
    public bool Stale { get; init; }

    /// <summary>Tasks started and not completed.</summary>
    public int TasksRunning { get; init; }

    /// <summary>What it has used so far.</summary>
    public Usage Usage { get; init; } = Usage.None;

    /// <summary>The reporter's own fields; at most 16 KiB of JSON.</summary>
    public Metadata Metadata { get; init; } = Metadata.Empty;

    /// <summary>When its present life began.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When any other field but <see cref="LastSeenAt"/>, <see cref="Version"/> and <see cref="Seq"/> last changed.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When anything was last heard of it, heartbeats included. Moves without an event.</summary>
    public DateTimeOffset LastSeenAt { get; init; }

    /// <summary>When it ended; null while it lives.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Counts this session's events, from 1, over all its lives.</summary>
    public long Version { get; init; }

    /// <summary>The hub-wide sequence number of its last event.</summary>
    public long Seq { get; init; }

    /// <summary>Whether it has not ended.</summary>
    [JsonIgnore]
    public bool IsLive => Status != SessionStatus.Terminated;
}

/// <summary>Tokens and money. Counts only grow.</summary>
public sealed record Usage
{
    /// <summary>Nothing used, cost unknown.</summary>
    public static readonly Usage None = new();

    /// <summary>All input tokens, cached ones included.</summary>
    public long InputTokens { get; init; }

    /// <summary>The part of the input that was read from a cache.</summary>
    public long CacheReadTokens { get; init; }

    /// <summary>The part of the input that was written to a cache.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Input and output together.</summary>
    public long TotalTokens => InputTokens + OutputTokens;

    /// <summary>US dollars, exact to the micro-dollar; null when unknown, never 0 for unknown.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>Where <see cref="CostUsd"/> came from.</summary>
    public CostSource CostSource { get; init; }
}

/// <summary>A task that runs.</summary>
/// <param name="TaskId">Names it within its session.</param>
/// <param name="Name">What a person calls it.</param>
/// <param name="StartedAt">When it started, UTC.</param>
public sealed record RunningTask(string TaskId, string? Name, DateTimeOffset StartedAt);

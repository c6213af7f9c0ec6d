using System.Text.Json.Serialization;

namespace Rollcall.Protocol;

/// <summary>
/// Everything the hub tells: the closed family of events. On the wire the event's name stands beside the payload,
/// and the payload is the record's fields in snake_case.
/// </summary>
public abstract record HubEvent
{
    private protected HubEvent()
    {
    }

    /// <summary>Its place in the log, hub-wide, from 1 without a gap; 0 for an event that is not in the log.</summary>
    public long Seq { get; init; }

    /// <summary>When the hub accepted it, UTC.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Its name on the wire.</summary>
    [JsonIgnore]
    public string EventName => EventNames.Of(this);
}

/// <summary>An event of one session.</summary>
public abstract record SessionEvent : HubEvent
{
    private protected SessionEvent()
    {
    }

    /// <summary>Whose event it is.</summary>
    public required string SessionId { get; init; }
}

/// <summary>A session began a life. It is findable by everyone before this is heard.</summary>
public sealed record SessionCreated : SessionEvent
{
    /// <summary>The reporter's own fields.</summary>
    public Metadata Metadata { get; init; } = Metadata.Empty;

    /// <summary>The whole view, still <see cref="SessionStatus.Initializing"/>.</summary>
    public required SessionView Session { get; init; }
}

/// <summary>
/// A session's status changed. With it change, without being repeated here: <c>state</c>, which on terminated is error
/// when there is an <see cref="Error"/>; <c>waiting_*</c>, cleared unless the status is waiting; <c>error_message</c>, set
/// to <see cref="Error"/> or cleared by active and idle; <c>stale</c>, which ends; and on terminated <c>ended_at</c>, and
/// <c>tasks_running</c>, which becomes 0.
/// </summary>
public sealed record SessionStatusChanged : SessionEvent
{
    /// <summary>The status now.</summary>
    public SessionStatus Status { get; init; }

    /// <summary>The status before.</summary>
    public SessionStatus PreviousStatus { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Why, when it failed or crashed; otherwise absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}

/// <summary>A session's life ended. Its <c>state</c> is error when the reason is crashed, else idle.</summary>
public sealed record SessionTerminated : SessionEvent
{
    /// <summary>Why it ended.</summary>
    public TerminationReason Reason { get; init; }

    /// <summary>What went wrong, when something did; otherwise absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>Whether the hub ended it by itself; known only where it happens, neither told nor kept.</summary>
    [JsonIgnore]
    public bool ByHub { get; init; }
}

/// <summary>A task began.</summary>
public sealed record TaskStarted : SessionEvent
{
    /// <summary>Names the task within its session.</summary>
    public required string TaskId { get; init; }

    /// <summary>What a person calls it; absent when it has no name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }
}

/// <summary>A task ended.</summary>
public sealed record TaskCompleted : SessionEvent
{
    /// <summary>Names the task within its session.</summary>
    public required string TaskId { get; init; }

    /// <summary>What a person calls it; absent when it has no name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>How it ended.</summary>
    public TaskOutcome Outcome { get; init; }

    /// <summary>How long it ran, in seconds.</summary>
    public double DurationSeconds { get; init; }
}

/// <summary>A session wrote something.</summary>
public sealed record StreamOutput : SessionEvent
{
    /// <summary>Where it wrote.</summary>
    public OutputStream Stream { get; init; }

    /// <summary>What it wrote.</summary>
    public required string Text { get; init; }

    /// <summary>Counts the session's pieces of output, from 0.</summary>
    public long Index { get; init; }
}

/// <summary>A session finished its answer.</summary>
public sealed record MessageComplete : SessionEvent
{
    /// <summary>Names the message; absent when the owner did not name it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MessageId { get; init; }

    /// <summary>What the message used, as the owner told it; absent when it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Usage? Usage { get; init; }

    /// <summary>Whether it was cut off by a cancel.</summary>
    public bool Cancelled { get; init; }
}

/// <summary>A message of a session failed; the session's status is unchanged by it. (On the wire: <c>error</c>.)</summary>
public sealed record MessageFailed : SessionEvent
{
    /// <summary>What went wrong.</summary>
    public required string Error { get; init; }

    /// <summary>The owner's own code.</summary>
    public string? Code { get; init; }
}

/// <summary>The fleet was paused as a whole.</summary>
public sealed record FleetPaused : HubEvent;

/// <summary>The fleet goes on.</summary>
public sealed record FleetResumed : HubEvent;

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Protocol;

/// <summary>
/// Everything a reporter may ask of a session: the closed family of commands, told apart by <c>type</c> in
/// <c>POST /commands</c>. Unknown fields are ignored.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(CreateSession), "create")]
[JsonDerivedType(typeof(ChangeStatus), "status")]
[JsonDerivedType(typeof(UpdateSession), "update")]
[JsonDerivedType(typeof(StartTask), "start_task")]
[JsonDerivedType(typeof(CompleteTask), "complete_task")]
[JsonDerivedType(typeof(ReportUsage), "usage")]
[JsonDerivedType(typeof(PauseSession), "pause")]
[JsonDerivedType(typeof(ResumeSession), "resume")]
[JsonDerivedType(typeof(AppendOutput), "output")]
[JsonDerivedType(typeof(CompleteMessage), "message_complete")]
[JsonDerivedType(typeof(ReportMessageError), "error")]
[JsonDerivedType(typeof(Heartbeat), "heartbeat")]
[JsonDerivedType(typeof(TerminateSession), "terminate")]
public abstract record Command
{
    private protected Command()
    {
    }

    /// <summary>The session it is for.</summary>
    public string SessionId { get; init; } = "";
}

/// <summary>
/// Begins a session's life. While a session of that id lives it changes nothing but its lease: it counts as a sign of life, and
/// <see cref="LeaseSeconds"/>, where given, hold from now on.
/// </summary>
public sealed record CreateSession : Command
{
    /// <summary>See <see cref="SessionView.Name"/>.</summary>
    public string? Name { get; init; }

    /// <summary>See <see cref="SessionView.Agent"/>.</summary>
    public string? Agent { get; init; }

    /// <summary>See <see cref="SessionView.Project"/>; not empty.</summary>
    public string? Project { get; init; }

    /// <summary>See <see cref="SessionView.Host"/>.</summary>
    public string? Host { get; init; }

    /// <summary>See <see cref="SessionView.Cwd"/>.</summary>
    public string? Cwd { get; init; }

    /// <summary>See <see cref="SessionView.Model"/>.</summary>
    public string? Model { get; init; }

    /// <summary>The reporter's own fields.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary><c>active</c> (the default) or <c>idle</c>.</summary>
    public SessionStatus? Status { get; init; }

    /// <summary>The session crashes when nothing is heard of it for so many seconds (1–86,400); null for no lease.</summary>
    public int? LeaseSeconds { get; init; }

    /// <summary>Whether an ended session of the same id begins a new life, its history kept; only agents' own signals say so.</summary>
    [JsonIgnore]
    public bool Revive { get; init; }
}

/// <summary>Moves a session to another status.</summary>
public sealed record ChangeStatus : Command
{
    /// <summary>The status to be in. <c>terminated</c> ends the session; <see cref="TerminateSession"/> says why as well.</summary>
    public SessionStatus? Status { get; init; }

    /// <summary>Why, with <c>error</c>, and with <c>terminated</c>, which is a crash then.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>What for, with <c>waiting</c>; <c>input</c> when not given.</summary>
    public WaitingFor? WaitingFor { get; init; }

    /// <summary>What is asked, with <c>waiting</c>.</summary>
    public string? WaitingText { get; init; }
}

/// <summary>Changes what is known of a session: an absent field stays, null clears, metadata is merged (RFC 7386).</summary>
public sealed record UpdateSession : Command
{
    /// <summary>See <see cref="SessionView.Name"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Name { get; init; }

    /// <summary>See <see cref="SessionView.Agent"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Agent { get; init; }

    /// <summary>Must be the session's own: who watches one project would otherwise miss how it came and went.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Project { get; init; }

    /// <summary>See <see cref="SessionView.Host"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Host { get; init; }

    /// <summary>See <see cref="SessionView.Cwd"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Cwd { get; init; }

    /// <summary>See <see cref="SessionView.Model"/>.</summary>
    [JsonConverter(typeof(OptionalConverter<string?>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string?> Model { get; init; }

    /// <summary>A merge patch of the reporter's own fields; null clears them all.</summary>
    [JsonConverter(typeof(OptionalConverter<JsonElement>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<JsonElement> Metadata { get; init; }
}

/// <summary>Counts a task in. A task that runs, or ran, is not counted again.</summary>
public sealed record StartTask : Command
{
    /// <summary>Names the task within its session; made by the hub when not given.</summary>
    public string? TaskId { get; init; }

    /// <summary>What a person calls it.</summary>
    public string? Name { get; init; }
}

/// <summary>Counts a task out. A task that was already completed is not counted again.</summary>
public sealed record CompleteTask : Command
{
    /// <summary>Names the task within its session.</summary>
    public string? TaskId { get; init; }

    /// <summary>How it ended; <c>completed</c> when not given.</summary>
    public TaskOutcome? Outcome { get; init; }
}

/// <summary>Adds to what a session used. All figures are increments.</summary>
public sealed record ReportUsage : Command
{
    /// <summary>All input tokens, cached ones included.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>The part of the input read from a cache.</summary>
    public long? CacheReadTokens { get; init; }

    /// <summary>The part of the input written to a cache.</summary>
    public long? CacheWriteTokens { get; init; }

    /// <summary>US dollars, rounded to the micro-dollar; null when unknown.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>The model that was used; becomes the session's.</summary>
    public string? Model { get; init; }

    /// <summary>Names the request, in at most 255 characters: one seen before for this session changes nothing.</summary>
    public string? RequestId { get; init; }
}

/// <summary>Marks a session as paused.</summary>
public sealed record PauseSession : Command;

/// <summary>Takes the mark away.</summary>
public sealed record ResumeSession : Command;

/// <summary>Adds a piece of output.</summary>
public sealed record AppendOutput : Command
{
    /// <summary>Where it was written; <c>stdout</c> when not given.</summary>
    public OutputStream? Stream { get; init; }

    /// <summary>What was written.</summary>
    public string? Text { get; init; }
}

/// <summary>Says that an answer is complete.</summary>
public sealed record CompleteMessage : Command
{
    /// <summary>Names the message.</summary>
    public string? MessageId { get; init; }

    /// <summary>What the message used, for those who watch; it is not added to the session's usage.</summary>
    public Usage? Usage { get; init; }

    /// <summary>Whether it was cut off by a cancel.</summary>
    public bool Cancelled { get; init; }
}

/// <summary>Says that a message failed; the status is unchanged.</summary>
public sealed record ReportMessageError : Command
{
    /// <summary>What went wrong.</summary>
    public string? Error { get; init; }

    /// <summary>The owner's own code.</summary>
    public string? Code { get; init; }
}

/// <summary>Says that the session lives. No event comes of it, unless the session was stale.</summary>
public sealed record Heartbeat : Command;

/// <summary>Ends a session.</summary>
public sealed record TerminateSession : Command
{
    /// <summary>Why; <c>terminated</c> when not given.</summary>
    public TerminationReason? Reason { get; init; }

    /// <summary>What went wrong; required with <c>crashed</c>.</summary>
    public string? Error { get; init; }

    /// <summary>Whether nobody asked for it: only the hub's clock says so.</summary>
    [JsonIgnore]
    public bool ByHub { get; init; }
}

/// <summary>Says that nothing was heard of a session for longer than it should be. Only the hub's clock sends it.</summary>
public sealed record MarkStale : Command;

using System.Text.Json.Serialization;

namespace Rollcall.Protocol;

/// <summary>Where a session is in its life cycle. Which change is legal stands in <c>docs/session-lifecycle.md</c>.</summary>
[JsonConverter(typeof(SnakeCaseEnum<SessionStatus>))]
public enum SessionStatus
{
    /// <summary>Created, nothing heard of its work yet.</summary>
    Initializing,

    /// <summary>At work.</summary>
    Active,

    /// <summary>Alive, with nothing to do.</summary>
    Idle,

    /// <summary>Stopped until a person answers; <see cref="SessionView.WaitingFor"/> says what for.</summary>
    Waiting,

    /// <summary>Failed, but alive: it may go on.</summary>
    Error,

    /// <summary>About to end.</summary>
    Terminating,

    /// <summary>Ended; only an agent that resumes the same id begins a new life.</summary>
    Terminated,
}

/// <summary>The status as clients see it that know three states; derived from <see cref="SessionStatus"/>.</summary>
[JsonConverter(typeof(SnakeCaseEnum<SessionState>))]
public enum SessionState
{
    /// <summary>Active or waiting.</summary>
    Working,

    /// <summary>Initializing, idle, terminating, or terminated without a crash.</summary>
    Idle,

    /// <summary>Failed, or terminated by a crash.</summary>
    Error,
}

/// <summary>What a waiting session waits for.</summary>
[JsonConverter(typeof(SnakeCaseEnum<WaitingFor>))]
public enum WaitingFor
{
    /// <summary>Leave to use a tool.</summary>
    Permission,

    /// <summary>The answer to a question.</summary>
    Question,

    /// <summary>The approval of a plan.</summary>
    Plan,

    /// <summary>A form that a tool server asks to be filled in.</summary>
    Elicitation,

    /// <summary>A sign-in.</summary>
    Auth,

    /// <summary>The next instruction, or anything else a person types.</summary>
    Input,
}

/// <summary>How a task ended.</summary>
[JsonConverter(typeof(SnakeCaseEnum<TaskOutcome>))]
public enum TaskOutcome
{
    /// <summary>Done.</summary>
    Completed,

    /// <summary>Ended with a failure.</summary>
    Failed,

    /// <summary>Stopped before its end.</summary>
    Cancelled,
}

/// <summary>Why a session ended.</summary>
[JsonConverter(typeof(SnakeCaseEnum<TerminationReason>))]
public enum TerminationReason
{
    /// <summary>Its work was done.</summary>
    Completed,

    /// <summary>Somebody ended it.</summary>
    Terminated,

    /// <summary>Nothing was heard of it for longer than it may stay silent, as somebody says who ends it. Of a lease that lapsed a hub itself says <see cref="Crashed"/>.</summary>
    Expired,

    /// <summary>Its owner's connection dropped or its lease lapsed.</summary>
    Crashed,
}

/// <summary>Which stream a piece of output belongs to.</summary>
[JsonConverter(typeof(SnakeCaseEnum<OutputStream>))]
public enum OutputStream
{
    /// <summary>Standard output of a process.</summary>
    Stdout,

    /// <summary>Standard error of a process.</summary>
    Stderr,

    /// <summary>What the model says.</summary>
    Assistant,

    /// <summary>What a tool returned.</summary>
    Tool,
}

/// <summary>Where a cost came from.</summary>
[JsonConverter(typeof(SnakeCaseEnum<CostSource>))]
public enum CostSource
{
    /// <summary>Nothing is known of the cost.</summary>
    Unknown,

    /// <summary>The agent's own figure.</summary>
    Reported,

    /// <summary>Priced from tokens and a model's price. No hub says so yet.</summary>
    Computed,

    /// <summary>Parts of the usage have different sources, one of which may be unknown.</summary>
    Mixed,
}

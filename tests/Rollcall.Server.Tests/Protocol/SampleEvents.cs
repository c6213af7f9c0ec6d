using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Protocol;

/// <summary>One real event of every kind, from which the golden frames are made.</summary>
internal static class SampleEvents
{
    private const string Id = "session_a";

    private static readonly DateTimeOffset At = new(2026, 3, 1, 9, 30, 0, 250, TimeSpan.Zero);

    public static IReadOnlyList<(HubEvent Happened, string Description)> All { get; } =
    [
        (new SessionCreated { Seq = 1, Time = At, SessionId = Id, Metadata = Own, Session = View }, "A session began a life; its view is still initializing."),
        (new SessionStatusChanged { Seq = 2, Time = At, SessionId = Id, Status = SessionStatus.Error, PreviousStatus = SessionStatus.Active, UpdatedAt = At, Error = "exit 1" }, "A status changed; error is absent unless it failed or crashed."),
        (new SessionUpdated { Seq = 3, Time = At, SessionId = Id, UpdatedAt = At, Version = 3, Status = SessionStatus.Idle, State = SessionState.Idle, ErrorMessage = (string?)null, Usage = Used }, "Only what changed; an explicit null clears."),
        (new SessionTerminated { Seq = 4, Time = At, SessionId = Id, Reason = TerminationReason.Crashed, Error = "the owner's connection was lost" }, "A life ended; error is absent unless something went wrong."),
        (new TaskStarted { Seq = 5, Time = At, SessionId = Id, TaskId = "t1", Name = "Build" }, "A task began; name is absent when it has none."),
        (new TaskCompleted { Seq = 6, Time = At, SessionId = Id, TaskId = "t1", Name = "Build", Outcome = TaskOutcome.Failed, DurationSeconds = 1.5 }, "A task ended."),
        (new StreamOutput { Seq = 7, Time = At, SessionId = Id, Stream = OutputStream.Assistant, Text = "Grüße, \"Welt\"\n", Index = 0 }, "A piece of output."),
        (new MessageComplete { Seq = 8, Time = At, SessionId = Id, MessageId = "m1", Usage = Used, Cancelled = false }, "An answer is complete; message_id and usage are absent when the owner did not tell them."),
        (new MessageFailed { Seq = 9, Time = At, SessionId = Id, Error = "overloaded", Code = null }, "A message failed; the status is unchanged."),
        (new FleetPaused { Seq = 10, Time = At }, "The fleet was paused as a whole; told on * alone."),
        (new FleetResumed { Seq = 11, Time = At }, "The fleet goes on; told on * alone."),
        (new SystemAlert { Seq = 12, Time = At, Id = "alert_1", Alerts = [new Alert { Level = AlertLevel.Warning, Type = "high_cpu", Message = "CPU at 84 %", Value = 84, Threshold = 80, Subject = "box" }] }, "Something is wrong; value, threshold and subject are absent where there is none."),
        (new AlertAcknowledged { Seq = 13, Time = At, Id = "alert_1", By = "local" }, "Somebody has seen an alert."),
        (new AlertResolved { Seq = 14, Time = At, Id = "alert_1" }, "What was wrong no longer is."),
        (new SessionUpdate { Time = At, DurationSeconds = 61, InputTokens = 10, OutputTokens = 5, EstimatedCostUsd = 0.000123m, TasksRunning = 1 }, "The aggregate: seven fields. Not in the log, so that seq is 0."),
        (new SessionCountChanged { Time = At, EventType = "session_destroyed", CurrentCount = 4, PreviousCount = 6, Delta = 2, Created = 1, Destroyed = 3, TimeSinceLastEvent = null, Source = "rollcall" }, "The number of live sessions changed; not in the log."),
        (new RealtimeUpdate { Time = At, Metrics = Json("""{"events_per_second":2.5}"""), Hosts = Json("""{"error":"no answer"}"""), Sessions = Json("""{"active_count":2,"total_count":9,"by_status":{"active":2}}""") }, "The machines at a glance; a part whose source failed says error. Not in the log."),
    ];

    public static SessionView View => new()
    {
        Id = Id, Name = "Fix the build", Agent = "claude-code", Project = "web", Host = "box", Cwd = "/src/web", Status = SessionStatus.Initializing,
        State = SessionState.Idle, Metadata = Own, CreatedAt = At, UpdatedAt = At, LastSeenAt = At, Version = 1, Seq = 1,
    };

    private static Metadata Own => Metadata.From(Json("""{"branch":"main","tags":["a"]}"""));

    private static Usage Used => new() { InputTokens = 10, CacheReadTokens = 4, OutputTokens = 5, CostUsd = 0.000123m, CostSource = CostSource.Reported };

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}

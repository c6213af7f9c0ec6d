using System.Buffers;
using System.Text.Json;
using Rollcall.Protocol;
using static Rollcall.Protocol.SessionStatus;

namespace Rollcall.Server.Clients.Orc;

/// <summary>
/// Says the hub's events in orc's words: a session is a task, a task of it a phase. The table is in
/// <c>docs/bring-your-client.md</c>.
/// </summary>
/// <param name="frames">Gets finished frames.</param>
internal sealed class OrcWords(IBufferWriter<byte> frames)
{
    /// <summary>The events that it has words for.</summary>
    public static readonly IReadOnlySet<string> Known = new HashSet<string>
    {
        "session_update", "session_created", "session_status", "session_updated", "session_terminated", "task_started",
        "task_completed", "stream_output", "error",
    };

    /// <summary>Writes what is told of an event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="after">Its session right after it, for what of a task the event leaves out.</param>
    public void Say(HubEvent happened, SessionView? after)
    {
        switch (happened)
        {
            case SessionUpdate e:
                Aggregate(e);
                break;
            case SessionCreated e:
                Task("task_created", e.Session);
                break;
            case SessionStatusChanged e:
                Status(e, after);
                break;
            case SessionUpdated e:
                Updated(e, after);
                break;
            case SessionTerminated e:
                Event("complete", e, json => json.WriteString("status", e.Reason == TerminationReason.Crashed ? "failed" : "completed"));
                break;
            case TaskStarted e:
                Phase(e, e.Name ?? e.TaskId, "running");
                break;
            case TaskCompleted e:
                Phase(e, e.Name ?? e.TaskId, e.Outcome switch { TaskOutcome.Completed => "completed", TaskOutcome.Failed => "failed", _ => "interrupted" });
                break;
            case StreamOutput e:
                Transcript(e);
                break;
            case MessageFailed e:
                Error(e, e.Error, fatal: false);
                break;
            default:
                break;
        }
    }

    /// <summary>The fleet as a whole; only who hears everything is told.</summary>
    public void Aggregate(SessionUpdate e) => Event("session_update", "*", e.Time, json =>
    {
        json.WriteNumber("duration_seconds", e.DurationSeconds);
        json.WriteNumber("total_tokens", e.TotalTokens);
        json.WriteNumber("input_tokens", e.InputTokens);
        json.WriteNumber("output_tokens", e.OutputTokens);
        json.WriteNumber("estimated_cost_usd", e.EstimatedCostUsd);
        json.WriteNumber("tasks_running", e.TasksRunning);
        json.WriteBoolean("is_paused", e.IsPaused);
    });

    /// <summary>A task as it is.</summary>
    public void Task(string name, SessionView session) => Event(name, session.Id, session.UpdatedAt, json =>
    {
        json.WriteString("id", session.Id);
        json.WriteString("title", session.Name ?? session.Id);
        json.WriteString("status", StatusOf(session.Status, session.IsPaused, session.State == SessionState.Error));
        json.WriteTime("created_at", session.CreatedAt);
        json.WriteTime("updated_at", session.UpdatedAt);
    });

    /// <summary>orc has one word for where a task is and whether it is paused.</summary>
    private static string StatusOf(SessionStatus status, bool paused, bool failed) => status switch
    {
        Terminating => "finalizing",
        Terminated => failed ? "failed" : "completed",
        _ when paused => "paused",
        Initializing => "created",
        Idle => "planned",
        Waiting => "blocked",
        SessionStatus.Error => "failed",
        _ => "running",
    };

    /// <summary>The end is told by <c>complete</c>.</summary>
    private void Status(SessionStatusChanged e, SessionView? after)
    {
        if (e.Status == Terminated)
        {
            return;
        }

        if (e.Error is { } error)
        {
            Error(e, error, fatal: e.Status == Terminating);
        }

        var paused = after?.IsPaused == true;
        Event("task_updated", e, json =>
        {
            json.WriteString("id", e.SessionId);
            json.WriteString("status", StatusOf(e.Status, paused, failed: false));
            json.WriteTime("updated_at", e.UpdatedAt);
        });
    }

    private void Updated(SessionUpdated e, SessionView? after)
    {
        // Another life is not paused, which the status that follows says.
        var paused = e.Status.HasValue ? default : e.IsPaused;
        if (e.Name.HasValue || paused.HasValue)
        {
            Event("task_updated", e, json =>
            {
                json.WriteString("id", e.SessionId);
                if (e.Name.HasValue)
                {
                    json.WriteString("title", e.Name.Value ?? e.SessionId);
                }

                if (paused.HasValue && after is not null)
                {
                    json.WriteString("status", StatusOf(after.Status, paused.Value, failed: false));
                }

                json.WriteTime("updated_at", e.UpdatedAt);
            });
        }

        if (e.Usage is { HasValue: true, Value: var used })
        {
            Event("tokens", e, json =>
            {
                json.WriteNumber("input_tokens", used.InputTokens);
                json.WriteNumber("output_tokens", used.OutputTokens);
                json.WriteNumber("cache_read_input_tokens", used.CacheReadTokens);
                json.WriteNumber("cache_creation_input_tokens", used.CacheWriteTokens);
                json.WriteNumber("total_tokens", used.TotalTokens);
            });
        }

        if (e.WaitingFor is { HasValue: true, Value: { } what })
        {
            Event("warning", e, json => json.WriteString("message", e.WaitingText.Or(null) ?? $"waits for {WireName<WaitingFor>.Of(what)}"));
        }
    }

    private void Phase(SessionEvent e, string phase, string status) => Event("phase", e, json =>
    {
        json.WriteString("phase", phase);
        json.WriteString("status", status);
    });

    /// <summary>The hub does not know in which phase something was written.</summary>
    private void Transcript(StreamOutput e) => Event("transcript", e, json =>
    {
        json.WriteString("phase", "");
        json.WriteNumber("iteration", 1);
        json.WriteString("type", e.Stream switch { OutputStream.Assistant => "response", OutputStream.Tool => "tool", OutputStream.Stderr => "error", _ => "chunk" });
        json.WriteString("content", e.Text);
        json.WriteTime("timestamp", e.Time);
    });

    private void Error(SessionEvent e, string message, bool fatal) => Event("error", e, json =>
    {
        json.WriteString("message", message);
        json.WriteBoolean("fatal", fatal);
    });

    private void Event(string name, SessionEvent e, Action<Utf8JsonWriter> data) => Event(name, e.SessionId, e.Time, data);

    private void Event(string name, string taskId, DateTimeOffset at, Action<Utf8JsonWriter> data) => JsonFrame.Write(frames, json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "event");
        json.WriteString("event", name);
        json.WriteString("task_id", taskId);
        json.WriteStartObject("data");
        data(json);
        json.WriteEndObject();
        json.WriteTime("time", at);
        json.WriteEndObject();
    });
}

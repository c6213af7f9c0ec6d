using System.Text.Json;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Fanout;

/// <summary>The text of a topic's state: the table of <c>docs/protocol.md</c>.</summary>
internal static class SnapshotText
{
    /// <summary>Writes the state of a topic.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="topic">Of which.</param>
    /// <param name="selection">For whom.</param>
    /// <param name="view">As of when.</param>
    /// <param name="sessions">The topic's live sessions, where it lists them.</param>
    /// <param name="tail">The session that it is about, where it is about one.</param>
    /// <param name="aggregate">The aggregate, where it is shown.</param>
    public static void Write(
        Utf8JsonWriter json, Topic topic, Selection selection, FleetView view, IEnumerable<SessionView> sessions, SessionTail? tail, SessionUpdate? aggregate)
    {
        json.WriteStartObject();
        switch (topic.Kind)
        {
            case TopicKind.Sessions or TopicKind.Project:
                WriteSessions(json, topic, selection, view, sessions);
                break;
            case TopicKind.Session:
                WriteSession(json, tail!);
                break;
            case TopicKind.Metrics:
                WriteAggregate(json, aggregate!);
                break;
            case TopicKind.Alerts:
                WriteAlerts(json, view);
                break;
            case TopicKind.Everything:
                WriteSessions(json, topic, selection, view, sessions);
                if (ShowsAggregate(selection, topic))
                {
                    json.WriteStartObject("metrics");
                    WriteAggregate(json, aggregate!);
                    json.WriteEndObject();
                    WriteAlerts(json, view);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(topic), topic.Kind, null);
        }

        json.WriteEndObject();
    }

    /// <summary>Whether the aggregate is in the state of a topic.</summary>
    public static bool ShowsAggregate(Selection selection, Topic topic) =>
        topic.Kind == TopicKind.Metrics || (topic.Kind == TopicKind.Everything && selection.Projects is null);

    private static void WriteSessions(Utf8JsonWriter json, Topic topic, Selection selection, FleetView view, IEnumerable<SessionView> sessions)
    {
        json.WriteStartArray("sessions");
        foreach (var session in sessions)
        {
            if (selection.Sees(session.Project))
            {
                JsonSerializer.Serialize(json, session, ProtocolJson.Default.SessionView);
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("session_events");
        foreach (var told in selection.Sees(topic.Project) ? view.RecentCounts.Of(topic.Project) : [])
        {
            JsonSerializer.Serialize(json, told, ProtocolJson.Default.SessionCountChanged);
        }

        json.WriteEndArray();
    }

    private static void WriteSession(Utf8JsonWriter json, SessionTail tail)
    {
        json.WritePropertyName("session");
        if (tail.Session is { } session)
        {
            JsonSerializer.Serialize(json, session.View, ProtocolJson.Default.SessionView);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteStartArray("tasks");
        foreach (var task in tail.Session?.Tasks.Values ?? [])
        {
            JsonSerializer.Serialize(json, task, ProtocolJson.Default.RunningTask);
        }

        json.WriteEndArray();
        json.WriteStartArray("output");
        foreach (var entry in tail.Output)
        {
            json.WriteRawValue(entry.Payload, skipInputValidation: true);
        }

        json.WriteEndArray();
    }

    private static void WriteAggregate(Utf8JsonWriter json, SessionUpdate aggregate)
    {
        json.WriteNumber("duration_seconds", aggregate.DurationSeconds);
        json.WriteNumber("total_tokens", aggregate.TotalTokens);
        json.WriteNumber("input_tokens", aggregate.InputTokens);
        json.WriteNumber("output_tokens", aggregate.OutputTokens);
        json.WriteNumber("estimated_cost_usd", aggregate.EstimatedCostUsd);
        json.WriteNumber("tasks_running", aggregate.TasksRunning);
        json.WriteBoolean("is_paused", aggregate.IsPaused);
    }

    private static void WriteAlerts(Utf8JsonWriter json, FleetView view)
    {
        json.WriteStartArray("alerts");
        foreach (var open in view.State.OpenAlerts)
        {
            json.WriteStartObject();
            json.WriteString("id", open.Alert.Id);
            json.WriteNumber("seq", open.Alert.Seq);
            json.WritePropertyName("time");
            JsonSerializer.Serialize(json, open.Alert.Time, ProtocolJson.Default.DateTimeOffset);
            json.WritePropertyName("alerts");
            JsonSerializer.Serialize(json, open.Alert.Alerts, ProtocolJson.Default.IReadOnlyListAlert);
            json.WriteString("acknowledged_by", open.AcknowledgedBy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

/// <summary>A session, live or ended, and the end of its output.</summary>
internal sealed record SessionTail(Session? Session, IReadOnlyList<LogEntry> Output);

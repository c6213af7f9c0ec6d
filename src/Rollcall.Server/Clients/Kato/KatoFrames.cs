using System.Buffers;
using System.Text.Json;
using Rollcall.Core.Alerts;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;

namespace Rollcall.Server.Clients.Kato;

/// <summary>Writes KATO's messages, each one frame.</summary>
internal static class KatoFrames
{
    public static ReadOnlyMemory<byte> Heartbeat(DateTimeOffset now) => JsonFrame.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "heartbeat");
        json.WriteTime("timestamp", now);
        json.WriteEndObject();
    });

    /// <summary>Writes the figures of the fleet, those parts of them that are given.</summary>
    public static void Realtime(IBufferWriter<byte> frames, RealtimeUpdate update, bool metrics, JsonElement? containers, SessionCounts? sessions) => JsonFrame.Write(frames, json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "realtime_update");
        json.WriteTime("timestamp", update.Time);
        json.WriteStartObject("data");
        if (metrics)
        {
            json.WritePropertyName("metrics");
            JsonSerializer.Serialize(json, KatoMetrics.Of(update), KatoJson.Default.KatoMetrics);
        }

        if (KatoContainers.Error(containers) is { } error)
        {
            json.WriteStartObject("containers");
            json.WriteString("error", error);
            json.WriteEndObject();
        }
        else if (containers is { } known)
        {
            json.WritePropertyName("containers");
            JsonSerializer.Serialize(json, KatoContainers.Of(known, update.Time), KatoJson.Default.KatoContainers);
        }

        if (sessions is not null)
        {
            json.WriteStartObject("sessions");
            json.WriteNumber("active_count", sessions.ActiveCount);
            json.WriteNumber("total_count", sessions.TotalCount);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>Writes that the number of sessions changed.</summary>
    public static void Count(IBufferWriter<byte> frames, SessionCountChanged told) => JsonFrame.Write(frames, json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "session_event");
        json.WriteString("event_type", told.EventType);
        json.WriteTime("timestamp", told.Time);
        json.WriteStartObject("data");
        json.WriteNumber("current_count", told.CurrentCount);
        json.WriteNumber("previous_count", told.PreviousCount);
        json.WriteNumber("delta", told.Delta);
        if (told.TimeSinceLastEvent is { } seconds)
        {
            json.WriteNumber("time_since_last_event", seconds);
        }
        else
        {
            json.WriteNull("time_since_last_event");
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>Writes what is wrong.</summary>
    public static void Alert(IBufferWriter<byte> frames, SystemAlert told) => JsonFrame.Write(frames, json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "system_alert");
        json.WriteString("id", told.Id);
        json.WriteTime("timestamp", told.Time);
        json.WriteStartArray("alerts");
        foreach (var alert in told.Alerts)
        {
            Alert(json, alert);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Alert(Utf8JsonWriter json, Alert alert)
    {
        json.WriteStartObject();
        json.WriteString("level", WireName<AlertLevel>.Of(alert.Level));
        json.WriteString("type", alert.Type);
        json.WriteString("message", alert.Message);
        if (WireName<AlertKind>.TryParse(alert.Type, out var kind))
        {
            Figures(json, kind, alert);
        }

        json.WriteEndObject();
    }

    /// <summary>KATO gives an error rate from 0 to 1, percentages from 0 to 100, and no other figure.</summary>
    private static void Figures(Utf8JsonWriter json, AlertKind kind, Alert alert)
    {
        switch (kind)
        {
            case AlertKind.HighCpu or AlertKind.HighMemory or AlertKind.HighErrorRate when alert is { Value: { } value, Threshold: { } threshold }:
                var unit = kind == AlertKind.HighErrorRate ? 100 : 1;
                json.WriteNumber("value", value / unit);
                json.WriteNumber("threshold", threshold / unit);
                break;
            case AlertKind.ContainerDown:
                json.WriteString("container_name", alert.Subject);
                break;
            default:
                break;
        }
    }
}

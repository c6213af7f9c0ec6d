using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rollcall.Protocol;

/// <summary>
/// Writes the two events by which almost every command is told as the serializer does, byte for byte, and with less ado: fields
/// that may be absent are the slowest that it knows.
/// </summary>
internal static class SessionEventText
{
    /// <summary>Bytes of a usual one.</summary>
    private const int UsualLength = 320;

    private static readonly JsonEncodedText UpdatedAt = JsonEncodedText.Encode("updated_at");
    private static readonly JsonEncodedText Version = JsonEncodedText.Encode("version");
    private static readonly JsonEncodedText Name = JsonEncodedText.Encode("name");
    private static readonly JsonEncodedText Agent = JsonEncodedText.Encode("agent");
    private static readonly JsonEncodedText Project = JsonEncodedText.Encode("project");
    private static readonly JsonEncodedText Host = JsonEncodedText.Encode("host");
    private static readonly JsonEncodedText Cwd = JsonEncodedText.Encode("cwd");
    private static readonly JsonEncodedText Model = JsonEncodedText.Encode("model");
    private static readonly JsonEncodedText Status = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText PreviousStatus = JsonEncodedText.Encode("previous_status");
    private static readonly JsonEncodedText Error = JsonEncodedText.Encode("error");
    private static readonly JsonEncodedText State = JsonEncodedText.Encode("state");
    private static readonly JsonEncodedText WaitingFor = JsonEncodedText.Encode("waiting_for");
    private static readonly JsonEncodedText WaitingSince = JsonEncodedText.Encode("waiting_since");
    private static readonly JsonEncodedText WaitingText = JsonEncodedText.Encode("waiting_text");
    private static readonly JsonEncodedText ErrorMessage = JsonEncodedText.Encode("error_message");
    private static readonly JsonEncodedText IsPaused = JsonEncodedText.Encode("is_paused");
    private static readonly JsonEncodedText Stale = JsonEncodedText.Encode("stale");
    private static readonly JsonEncodedText TasksRunning = JsonEncodedText.Encode("tasks_running");
    private static readonly JsonEncodedText Usage = JsonEncodedText.Encode("usage");
    private static readonly JsonEncodedText Metadata = JsonEncodedText.Encode("metadata");
    private static readonly JsonEncodedText CreatedAt = JsonEncodedText.Encode("created_at");
    private static readonly JsonEncodedText EndedAt = JsonEncodedText.Encode("ended_at");
    private static readonly JsonEncodedText SessionId = JsonEncodedText.Encode("session_id");
    private static readonly JsonEncodedText Seq = JsonEncodedText.Encode("seq");
    private static readonly JsonEncodedText Time = JsonEncodedText.Encode("time");

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_text;

    [ThreadStatic]
    private static Utf8JsonWriter? s_json;

    /// <summary>The payload as compact UTF-8 JSON.</summary>
    public static byte[] Of(SessionStatusChanged moved)
    {
        var json = Begin();
        json.WriteString(Status, WireName<SessionStatus>.Of(moved.Status));
        json.WriteString(PreviousStatus, WireName<SessionStatus>.Of(moved.PreviousStatus));
        WriteTime(json, UpdatedAt, moved.UpdatedAt);
        if (moved.Error is { } error)
        {
            json.WriteString(Error, error);
        }

        return End(json, moved);
    }

    /// <inheritdoc cref="Of(SessionStatusChanged)"/>
    public static byte[] Of(SessionUpdated changed)
    {
        var json = Begin();
        WriteTime(json, UpdatedAt, changed.UpdatedAt);
        json.WriteNumber(Version, changed.Version);
        Write(json, Name, changed.Name);
        Write(json, Agent, changed.Agent);
        Write(json, Project, changed.Project);
        Write(json, Host, changed.Host);
        Write(json, Cwd, changed.Cwd);
        Write(json, Model, changed.Model);
        Write(json, Status, changed.Status, ProtocolJson.Default.SessionStatus);
        Write(json, State, changed.State, ProtocolJson.Default.SessionState);
        Write(json, WaitingFor, changed.WaitingFor, ProtocolJson.Default.NullableWaitingFor);
        Write(json, WaitingSince, changed.WaitingSince, ProtocolJson.Default.NullableDateTimeOffset);
        Write(json, WaitingText, changed.WaitingText);
        Write(json, ErrorMessage, changed.ErrorMessage);
        Write(json, IsPaused, changed.IsPaused, ProtocolJson.Default.Boolean);
        Write(json, Stale, changed.Stale, ProtocolJson.Default.Boolean);
        Write(json, TasksRunning, changed.TasksRunning, ProtocolJson.Default.Int32);
        Write(json, Usage, changed.Usage, ProtocolJson.Default.Usage);
        Write(json, Metadata, changed.Metadata, ProtocolJson.Default.Metadata);
        Write(json, CreatedAt, changed.CreatedAt, ProtocolJson.Default.DateTimeOffset);
        Write(json, EndedAt, changed.EndedAt, ProtocolJson.Default.NullableDateTimeOffset);
        return End(json, changed);
    }

    private static Utf8JsonWriter Begin()
    {
        var text = s_text ??= new ArrayBufferWriter<byte>(UsualLength);
        var json = s_json ??= new Utf8JsonWriter(text, new JsonWriterOptions { SkipValidation = true });
        text.ResetWrittenCount();
        json.Reset(text);
        json.WriteStartObject();
        return json;
    }

    /// <summary>Writes what every event of a session has.</summary>
    private static byte[] End(Utf8JsonWriter json, SessionEvent happened)
    {
        json.WriteString(SessionId, happened.SessionId);
        json.WriteNumber(Seq, happened.Seq);
        WriteTime(json, Time, happened.Time);
        json.WriteEndObject();
        json.Flush();
        return s_text!.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, JsonEncodedText name, Optional<string?> field)
    {
        if (field.HasValue)
        {
            json.WriteString(name, field.Value);
        }
    }

    private static void Write<T>(Utf8JsonWriter json, JsonEncodedText name, Optional<T> field, JsonTypeInfo<T> type)
    {
        if (field.HasValue)
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, field.Value, type);
        }
    }

    private static void WriteTime(Utf8JsonWriter json, JsonEncodedText name, DateTimeOffset time)
    {
        json.WritePropertyName(name);
        UtcTime.Write(json, time);
    }
}

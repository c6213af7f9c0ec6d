using System.Buffers;
using System.Text.Json;
using Rollcall.Protocol;
using static Rollcall.Protocol.SessionStatus;

namespace Rollcall.Server.Clients.Jidoka;

/// <summary>Says the hub's events in Jidoka's words. The table is in <c>docs/bring-your-client.md</c>.</summary>
/// <param name="frames">Gets finished frames.</param>
/// <param name="topic">The topic's name on the wire.</param>
/// <param name="ofAll">Whether it tells of every session.</param>
internal sealed class JidokaWords(IBufferWriter<byte> frames, string topic, bool ofAll)
{
    /// <summary>Writes what is told of an event.</summary>
    public void Say(HubEvent happened)
    {
        switch (happened)
        {
            case SessionCreated e:
                // A new session is active before it is anything else: that is said first, and then that it exists.
                Status(e.SessionId, Active, Initializing, e.Time, null);
                Event("session_created", json =>
                {
                    json.WriteString("session_id", e.SessionId);
                    json.WritePropertyName("metadata");
                    JsonSerializer.Serialize(json, e.Metadata, ProtocolJson.Default.Metadata);
                });
                break;
            case SessionStatusChanged e:
                Status(e);
                break;
            case SessionTerminated e:
                Event("session_terminated", json => json.WriteString("session_id", e.SessionId));
                break;
            case SessionUpdated e:
                Updated(e);
                break;
            case StreamOutput { Stream: OutputStream.Assistant } e:
                Event("conversation_added", json =>
                {
                    json.WriteString("session_id", e.SessionId);
                    json.WriteString("role", "assistant");
                    json.WriteString("content", e.Text);
                    json.WriteTime("timestamp", e.Time);
                });
                break;
            default:
                break;
        }
    }

    /// <summary>A session as it is.</summary>
    public void State(SessionView session) =>
        Status(session.Id, KnownAs(session.Status), KnownAs(session.Status), session.UpdatedAt, session.ErrorMessage);

    /// <summary>A waiting session is at work, as for all clients with fewer words; a failed one lives and does nothing.</summary>
    private static SessionStatus KnownAs(SessionStatus status) => status switch { Waiting => Active, Error => Idle, _ => status };

    private void Status(SessionStatusChanged e)
    {
        var (from, to) = (KnownAs(e.PreviousStatus), KnownAs(e.Status));
        if (from == Initializing)
        {
            if (!ofAll)
            {
                Status(e.SessionId, Active, Initializing, e.UpdatedAt, null);
            }

            from = Active;
        }

        if (from != to)
        {
            Status(e.SessionId, to, from, e.UpdatedAt, e.Error);
        }
    }

    private void Status(string id, SessionStatus status, SessionStatus previous, DateTimeOffset at, string? error) => Event("session_status", json =>
    {
        json.WriteString("session_id", id);
        json.WriteString("status", WireName<SessionStatus>.Of(status));
        json.WriteString("previous_status", WireName<SessionStatus>.Of(previous));
        json.WriteTime("updated_at", at);
        if (error is not null)
        {
            json.WriteString("error", error);
        }
    });

    private void Updated(SessionUpdated e)
    {
        if (e.WaitingFor is { HasValue: true, Value: { } what })
        {
            AgentStatus(e, "waiting", e.WaitingText.Or(null) ?? $"waits for {WireName<WaitingFor>.Of(what)}");
        }

        // One that says its project says everything of another life, also what that was never.
        if (e is { IsPaused.HasValue: true, Project.HasValue: false })
        {
            AgentStatus(e, e.IsPaused.Value ? "paused" : "resumed", null);
        }
    }

    /// <summary>The agent of a session has no other name here than the session's.</summary>
    private void AgentStatus(SessionEvent e, string status, string? message) => Event("agent_status", json =>
    {
        json.WriteString("agent_name", e.SessionId);
        json.WriteString("status", status);
        if (message is not null)
        {
            json.WriteString("message", message);
        }

        json.WriteTime("timestamp", e.Time);
    });

    /// <summary><c>[null,null,"jido.client.events","session_terminated",{"session_id":"a"}]</c></summary>
    private void Event(string name, Action<Utf8JsonWriter> payload) => JsonFrame.Write(frames, json =>
    {
        json.WriteStartArray();
        json.WriteNullValue();
        json.WriteNullValue();
        json.WriteStringValue(topic);
        json.WriteStringValue(name);
        json.WriteStartObject();
        payload(json);
        json.WriteEndObject();
        json.WriteEndArray();
    });
}

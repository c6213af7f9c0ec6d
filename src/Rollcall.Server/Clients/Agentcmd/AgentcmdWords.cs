using System.Buffers;
using System.Text.Json;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using static Rollcall.Protocol.SessionStatus;

namespace Rollcall.Server.Clients.Agentcmd;

/// <summary>
/// Says the hub's events in agentcmd's words, each on its session's channel. The table is in <c>docs/bring-your-client.md</c>.
/// Its client merges with <c>??</c>, which null cannot get past, so that an empty text clears a name or an error.
/// </summary>
/// <param name="frames">Gets finished frames.</param>
internal sealed class AgentcmdWords(IBufferWriter<byte> frames)
{
    /// <summary>The events that it has words for.</summary>
    public static readonly IReadOnlySet<string> Known = new HashSet<string>
    {
        "session_created", "session_status", "session_updated", "session_terminated", "stream_output", "message_complete", "error",
    };

    /// <summary>Writes what is told of an event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="after">Its session right after it, for what of the metadata the event leaves out.</param>
    public void Say(HubEvent happened, SessionView? after)
    {
        switch (happened)
        {
            case SessionCreated e:
                Updated(e.SessionId, e.Time, json => Write(json, "session", AgentcmdSession.Of(e.Session)));
                break;
            case SessionStatusChanged e:
                Status(e);
                break;
            case SessionUpdated e:
                Fields(e, after);
                break;
            case SessionTerminated { Reason: TerminationReason.Crashed } e:
                State(e.SessionId, e.Time, SessionState.Error, e.Error);
                break;
            case SessionTerminated { Error: not null } e:
                State(e.SessionId, e.Time, SessionState.Idle, null);
                break;
            case StreamOutput e:
                Event(e, "stream_output", json =>
                {
                    Write(json, "message", AgentcmdMessageView.Of(e));
                    json.WriteString("sessionId", e.SessionId);
                });
                break;
            case MessageComplete e:
                Complete(e);
                break;
            case MessageFailed e:
                Event(e, "error", json => AgentcmdFrames.WriteError(json, e.SessionId, e.Error, e.Code));
                break;
            default:
                break;
        }
    }

    /// <summary>A session as it is.</summary>
    public void Now(SessionView session) => Updated(session.Id, session.UpdatedAt, json =>
    {
        WriteState(json, session.State, AgentcmdSession.ErrorOf(session));
        Write(json, "metadata", AgentcmdSession.MetadataOf(session));
        json.WriteString("name", session.Name ?? "");
    });

    /// <summary>
    /// The end is told by its reason, which alone says whether it was a crash; an end with an error follows at once. The
    /// beginning is told in any case, as it may be that of a session which its client knows as crashed.
    /// </summary>
    private void Status(SessionStatusChanged e)
    {
        var (before, now) = (StatusTable.StateOf(e.PreviousStatus, crashed: false), StatusTable.StateOf(e.Status, crashed: false));
        if ((before != now || e.PreviousStatus == Initializing) && e is not ({ Status: Terminated } or { Status: Terminating, Error: not null }))
        {
            State(e.SessionId, e.UpdatedAt, now, e.Error);
        }
    }

    private void Fields(SessionUpdated e, SessionView? after)
    {
        // A change of the state was told with the status; what it was told with is in this event, too.
        var error = e.Status.HasValue ? default : e.ErrorMessage;
        var session = e.Metadata.HasValue || e.Usage.HasValue ? after : null;
        if (error.HasValue || session is not null || e.Name.HasValue)
        {
            Updated(e.SessionId, e.UpdatedAt, json =>
            {
                if (error.HasValue)
                {
                    json.WriteString("error_message", error.Value ?? "");
                }

                if (session is not null)
                {
                    Write(json, "metadata", AgentcmdSession.MetadataOf(session));
                }

                if (e.Name.HasValue)
                {
                    json.WriteString("name", e.Name.Value ?? "");
                }
            });
        }
    }

    private void Complete(MessageComplete e) => Event(e, "message_complete", json =>
    {
        json.WriteString("sessionId", e.SessionId);
        if (e.MessageId is not null)
        {
            json.WriteString("messageId", e.MessageId);
        }

        if (e.Usage is { } used)
        {
            json.WriteStartObject("usage");
            json.WriteNumber("inputTokens", used.InputTokens);
            json.WriteNumber("outputTokens", used.OutputTokens);
            json.WriteNumber("totalTokens", used.TotalTokens);
            json.WriteNumber("cacheCreationTokens", used.CacheWriteTokens);
            json.WriteNumber("cacheReadTokens", used.CacheReadTokens);
            json.WriteEndObject();
        }

        if (e.Cancelled)
        {
            json.WriteBoolean("cancelled", true);
        }
    });

    private void State(string id, DateTimeOffset at, SessionState state, string? error) => Updated(id, at, json => WriteState(json, state, error));

    private static void WriteState(Utf8JsonWriter json, SessionState state, string? error)
    {
        json.WriteString("state", WireName<SessionState>.Of(state));
        json.WriteString("error_message", error ?? "");
    }

    private void Updated(string id, DateTimeOffset at, Action<Utf8JsonWriter> changed) =>
        AgentcmdFrames.Write(frames, AgentcmdFrames.Session(id), "session_updated", json =>
        {
            json.WriteString("sessionId", id);
            changed(json);
            json.WriteTime("updated_at", at);
        });

    private void Event(SessionEvent e, string type, Action<Utf8JsonWriter> data) =>
        AgentcmdFrames.Write(frames, AgentcmdFrames.Session(e.SessionId), type, data);

    private static void Write<T>(Utf8JsonWriter json, string name, T value)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, value, ApiJson.Answer<T>());
    }
}

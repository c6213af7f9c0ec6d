using System.Text.Json;
using Rollcall.Core.Sessions;

namespace Rollcall.Core.Fanout;

/// <summary>What kind of topic a name names.</summary>
public enum TopicKind
{
    /// <summary>Every session.</summary>
    Sessions,

    /// <summary>One session, with its tasks and output.</summary>
    Session,

    /// <summary>The sessions of one project.</summary>
    Project,

    /// <summary>Aggregates and machines.</summary>
    Metrics,

    /// <summary>Alerts.</summary>
    Alerts,

    /// <summary>Everything except output.</summary>
    Everything,
}

/// <summary>A topic: its name on the wire and what it names.</summary>
/// <param name="Name">As clients join it.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Subject">The session's id or the project's name; empty for the others.</param>
public sealed record Topic(string Name, TopicKind Kind, string Subject)
{
    /// <summary>The topic of everything.</summary>
    public const string Wildcard = "*";

    private const string SessionPrefix = "session:";
    private const string ProjectPrefix = "project:";

    /// <summary>The name as a JSON string's content.</summary>
    public JsonEncodedText Json { get; } = JsonEncodedText.Encode(Name);

    /// <summary>The project whose sessions it is about; null where it is not about those of one.</summary>
    public string? Project => Kind == TopicKind.Project ? Subject : null;

    /// <summary>Whether only somebody who sees the whole fleet may join it.</summary>
    public bool IsFleetWide => Kind is TopicKind.Metrics or TopicKind.Alerts;

    /// <summary>Reads a topic's name; null when there is no such topic.</summary>
    public static Topic? Parse(string name) => name switch
    {
        "sessions" => new(name, TopicKind.Sessions, ""),
        "metrics" => new(name, TopicKind.Metrics, ""),
        "alerts" => new(name, TopicKind.Alerts, ""),
        Wildcard => new(name, TopicKind.Everything, ""),
        _ when name.StartsWith(SessionPrefix, StringComparison.Ordinal) && SessionIds.IsValid(name[SessionPrefix.Length..])
            => new(name, TopicKind.Session, name[SessionPrefix.Length..]),
        _ when name.StartsWith(ProjectPrefix, StringComparison.Ordinal) && CommandRules.IsName(name[ProjectPrefix.Length..])
            => new(name, TopicKind.Project, name[ProjectPrefix.Length..]),
        _ => null,
    };

    /// <summary>The name of a session's own topic.</summary>
    public static string OfSession(string id) => SessionPrefix + id;

    /// <summary>The names of the topics on which events of a name are told, those of a session and those of the fleet.</summary>
    public static IEnumerable<string> OfAny(string name, string sessionId, string project) =>
        Of(new Publication(0, name, sessionId, null, default)).Union(Of(new Publication(0, name, sessionId, project, default)));

    /// <summary>The names of the topics on which an event is told: the table of <c>docs/protocol.md</c>.</summary>
    public static IEnumerable<string> Of(Publication told)
    {
        switch (told.Event)
        {
            case "session_created" or "session_status" or "session_updated" or "session_terminated":
                yield return "sessions";
                if (told.Project is not null)
                {
                    yield return ProjectPrefix + told.Project;
                }

                if (told.Event != "session_created")
                {
                    yield return OfSession(told.SessionId!);
                }

                break;
            case "session_event" when told.Project is not null:
                // What is told of all sessions is told beside it.
                yield return ProjectPrefix + told.Project;
                yield break;
            case "session_event":
                yield return "sessions";
                break;
            case "task_started" or "task_completed" or "stream_output" or "message_complete" or "error":
                yield return OfSession(told.SessionId!);
                break;
            case "session_update" or "realtime_update":
                yield return "metrics";
                break;
            case "system_alert" or "alert_acknowledged" or "alert_resolved":
                yield return "alerts";
                break;
            case "fleet_paused" or "fleet_resumed":
                break;
            default:
                // A newer version wrote it to the log: nobody is told what this one does not know.
                yield break;
        }

        if (told.Event != "stream_output")
        {
            yield return Wildcard;
        }
    }
}

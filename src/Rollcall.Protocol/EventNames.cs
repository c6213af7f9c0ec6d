using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rollcall.Protocol;

/// <summary>The one table that ties each event's type to its name on the wire.</summary>
public static class EventNames
{
    private static readonly Dictionary<Type, string> ByType = new()
    {
        [typeof(SessionCreated)] = "session_created",
        [typeof(SessionStatusChanged)] = "session_status",
        [typeof(SessionUpdated)] = "session_updated",
        [typeof(SessionTerminated)] = "session_terminated",
        [typeof(TaskStarted)] = "task_started",
        [typeof(TaskCompleted)] = "task_completed",
        [typeof(StreamOutput)] = "stream_output",
        [typeof(MessageComplete)] = "message_complete",
        [typeof(MessageFailed)] = "error",
        [typeof(FleetPaused)] = "fleet_paused",
        [typeof(FleetResumed)] = "fleet_resumed",
        [typeof(SessionUpdate)] = "session_update",
        [typeof(SessionCountChanged)] = "session_event",
        [typeof(RealtimeUpdate)] = "realtime_update",
        [typeof(SystemAlert)] = "system_alert",
        [typeof(AlertAcknowledged)] = "alert_acknowledged",
        [typeof(AlertResolved)] = "alert_resolved",
    };

    private static readonly Dictionary<string, Type> ByName = ByType.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>Every event's name.</summary>
    public static IReadOnlyCollection<string> All => ByName.Keys;

    /// <summary>Every event's type.</summary>
    public static IReadOnlyCollection<Type> Types => ByType.Keys;

    /// <summary>The type of a name; null for a name this version does not know.</summary>
    public static Type? TypeOf(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The name of a type of event.</summary>
    public static string NameOf<T>()
        where T : HubEvent => ByType[typeof(T)];

    /// <summary>The name of an event.</summary>
    public static string Of(HubEvent happened) => ByType[happened.GetType()];

    /// <summary>The payload of an event as compact UTF-8 JSON.</summary>
    public static byte[] Payload(HubEvent happened) => happened switch
    {
        SessionUpdated changed => SessionEventText.Of(changed),
        SessionStatusChanged moved => SessionEventText.Of(moved),
        _ => JsonSerializer.SerializeToUtf8Bytes(happened, ProtocolJson.Default.GetTypeInfo(happened.GetType())!),
    };

    /// <summary>Reads an event back from its name and payload; null for a name this version does not know.</summary>
    public static HubEvent? Parse(string name, ReadOnlySpan<byte> payload) => ByName.TryGetValue(name, out var type)
        ? (HubEvent?)JsonSerializer.Deserialize(payload, (JsonTypeInfo)ProtocolJson.Default.GetTypeInfo(type)!)
        : null;
}

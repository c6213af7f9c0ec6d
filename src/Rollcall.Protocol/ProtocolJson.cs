using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Protocol;

/// <summary>The one JSON context of everything that crosses the wire: snake_case, times in UTC with <c>Z</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.Strict,
    AllowOutOfOrderMetadataProperties = true,
    Converters = [typeof(UtcTime)])]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(IReadOnlyList<SessionView>))]
[JsonSerializable(typeof(IReadOnlyList<RunningTask>))]
[JsonSerializable(typeof(Command))]
[JsonSerializable(typeof(SessionCreated))]
[JsonSerializable(typeof(SessionStatusChanged))]
[JsonSerializable(typeof(SessionUpdated))]
[JsonSerializable(typeof(SessionTerminated))]
[JsonSerializable(typeof(TaskStarted))]
[JsonSerializable(typeof(TaskCompleted))]
[JsonSerializable(typeof(StreamOutput))]
[JsonSerializable(typeof(MessageComplete))]
[JsonSerializable(typeof(MessageFailed))]
[JsonSerializable(typeof(FleetPaused))]
[JsonSerializable(typeof(FleetResumed))]
[JsonSerializable(typeof(SessionUpdate))]
[JsonSerializable(typeof(SessionCountChanged))]
[JsonSerializable(typeof(RealtimeUpdate))]
[JsonSerializable(typeof(SystemAlert))]
[JsonSerializable(typeof(AlertAcknowledged))]
[JsonSerializable(typeof(AlertResolved))]
[JsonSerializable(typeof(DateTimeOffset))]
[JsonSerializable(typeof(IReadOnlyList<Alert>))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(SessionState))]
public sealed partial class ProtocolJson : JsonSerializerContext;

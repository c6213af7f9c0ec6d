using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rollcall.Protocol;

namespace Rollcall.Client;

/// <summary>Which command is pushed by which name on a session's topic (<c>docs/protocol.md</c>, Owner).</summary>
internal static class OwnerPushes
{
    public static string NameOf(Command command) => command switch
    {
        ChangeStatus => "status",
        UpdateSession => "update",
        StartTask => "task_started",
        CompleteTask => "task_completed",
        ReportUsage => "usage",
        AppendOutput => "output",
        CompleteMessage => "message_complete",
        ReportMessageError => "error",
        Heartbeat => "heartbeat",
        _ => throw new ArgumentException($"an owner cannot push a {command.GetType().Name}", nameof(command)),
    };

    public static JsonElement PayloadOf(Command command) =>
        JsonSerializer.SerializeToElement(command, (JsonTypeInfo)ProtocolJson.Default.GetTypeInfo(command.GetType())!);
}

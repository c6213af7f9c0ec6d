using System.Text.Json;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Orc;

/// <summary>What orc's client sends: <c>{"type":"command","task_id":"TASK-001","action":"pause"}</c>. An absent or null field is empty, others are ignored.</summary>
internal sealed record OrcMessage(string Type, string TaskId, string Action)
{
    /// <summary>Reads a message; null when it is no JSON object of such fields.</summary>
    public static OrcMessage? Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonText.Parse(text);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && Field(root, "type") is { } type && Field(root, "task_id") is { } task && Field(root, "action") is { } action
                ? new OrcMessage(type, task, action)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Field(JsonElement message, string name) =>
        !message.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? ""
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : null;
}

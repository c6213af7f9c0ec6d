using System.Text.Json;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Agentcmd;

/// <summary>What agentcmd's client sends: <c>{"channel":"session:a","type":"subscribe","data":{"sessionId":"a"}}</c>. What is absent, or no text, is empty.</summary>
internal sealed record AgentcmdMessage(string Channel, string Type, JsonElement Data)
{
    /// <summary>Reads a message; null when it is no JSON object.</summary>
    public static AgentcmdMessage? Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonText.Parse(text);
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object ? null
                : new AgentcmdMessage(Text(root, "channel"), Text(root, "type"), root.TryGetProperty("data", out var data) ? data.Clone() : default);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A field of the data; undefined when there is none.</summary>
    public JsonElement Field(string name) => Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(name, out var value) ? value : default;

    private static string Text(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}

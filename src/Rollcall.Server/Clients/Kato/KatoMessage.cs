using System.Text.Json;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Kato;

/// <summary>What KATO's dashboard sends: the text <c>ping</c>, and <c>{"type":"subscribe","subscriptions":["metrics","sessions"]}</c>.</summary>
internal static class KatoMessage
{
    private static readonly Dictionary<string, KatoTopics> Names = new()
    {
        ["metrics"] = KatoTopics.Metrics,
        ["containers"] = KatoTopics.Containers,
        ["sessions"] = KatoTopics.Sessions,
        ["session_events"] = KatoTopics.SessionEvents,
        ["system_alerts"] = KatoTopics.SystemAlerts,
    };

    /// <summary>Whether it is a ping, which is no JSON.</summary>
    public static bool IsPing(ReadOnlySpan<byte> text) => text.SequenceEqual("ping"u8);

    /// <summary>What a message subscribes to; none when it is no subscription, or names nothing that there is.</summary>
    public static KatoTopics Subscriptions(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonText.Parse(text);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("subscribe")
                && root.TryGetProperty("subscriptions", out var names) && names.ValueKind == JsonValueKind.Array
                ? names.EnumerateArray().Aggregate(KatoTopics.None, (all, name) => all | Topic(name))
                : KatoTopics.None;
        }
        catch (JsonException)
        {
            return KatoTopics.None;
        }
    }

    private static KatoTopics Topic(JsonElement name) =>
        name.ValueKind == JsonValueKind.String ? Names.GetValueOrDefault(name.GetString()!) : KatoTopics.None;
}

using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Server.Clients;

/// <summary>Reads the sessions out of a topic's snapshot, for protocols that tell a state in events.</summary>
internal static class SnapshotSessions
{
    /// <summary>Those of a list; the one of a session's own topic, unless it is gone.</summary>
    public static IEnumerable<SessionView> Of(JsonElement state)
    {
        if (state.TryGetProperty("sessions", out var all))
        {
            return all.EnumerateArray().Select(View);
        }

        return state.TryGetProperty("session", out var one) && one.ValueKind == JsonValueKind.Object ? [View(one)] : [];
    }

    private static SessionView View(JsonElement session) => session.Deserialize(ProtocolJson.Default.SessionView)!;
}

using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>Ties the agents' hooks to the hub: what they mean goes on where a restart left it, and a limited key stays limited.</summary>
internal static class HookRoutes
{
    /// <summary>Maps the hooks.</summary>
    public static void MapHooks(this WebApplication app)
    {
        var hub = app.Services.GetRequiredService<SessionHub>();
        var door = app.Services.GetRequiredService<Door>();
        var memory = new HookMemory();
        foreach (var session in hub.View.Live.Values)
        {
            memory.Recall(session);
        }

        app.MapHookIngest(commands => hub.Submit(commands), memory, (context, payload) => Admit(door, context, payload));
    }

    /// <summary>A hook reports on one session: whoever may create that session, where it says it works, may report on it.</summary>
    private static ValueTask<Outcome.Refused?> Admit(Door door, HttpContext context, JsonElement payload)
    {
        var principal = context.Principal();
        return principal.IsLimited && payload.ValueKind == JsonValueKind.Object
            ? door.Allows(principal, new CreateSession { SessionId = Text(payload, "session_id") ?? "", Cwd = Text(payload, "cwd") })
            : ValueTask.FromResult<Outcome.Refused?>(null);
    }

    private static string? Text(JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

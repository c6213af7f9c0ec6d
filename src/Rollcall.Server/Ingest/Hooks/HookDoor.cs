using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>Takes the commands of hooks past the door to the hub, without letting a later hook overtake an earlier one.</summary>
public sealed class HookDoor(SessionHub hub, Door door)
{
    /// <summary>Gives commands in the name in which a request came; they are queued when it returns.</summary>
    public ValueTask<IReadOnlyList<Outcome>> Submit(HttpContext request, IReadOnlyList<Command> commands)
    {
        var refused = door.AllowsNow(request.Principal(), commands).FirstOrDefault(refused => refused is not null);
        return refused is null ? hub.Submit(commands) : new([.. commands.Select(_ => refused)]);
    }
}

/// <summary>Ties the agents' hooks to the hub.</summary>
public static class HookRoutes
{
    /// <summary>Maps the hooks; what they mean goes on where a restart left it.</summary>
    public static void MapHooks(this WebApplication app)
    {
        var memory = new HookMemory();
        foreach (var session in app.Services.GetRequiredService<SessionHub>().View.Live.Values)
        {
            memory.Recall(session);
        }

        app.MapHookIngest(app.Services.GetRequiredService<HookDoor>().Submit, memory);
    }
}

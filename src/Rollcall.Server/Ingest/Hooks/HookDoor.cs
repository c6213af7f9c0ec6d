using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>Takes the commands of hooks past the door to the hub, without letting a later hook overtake an earlier one.</summary>
public sealed class HookDoor(SessionHub hub, Door door, EndAudit ends)
{
    /// <summary>Gives commands in the name in which a request came; they are queued when it returns.</summary>
    public async ValueTask<IReadOnlyList<Outcome>> Submit(HttpContext request, IReadOnlyList<Command> commands)
    {
        var principal = request.Principal();

        // It waits only for a key that is limited to projects, about a session that has ended, while all who read the log are busy.
        var looking = door.Allows(principal, commands);
        var refusals = looking.IsCompletedSuccessfully ? looking.Result : looking.AsTask().GetAwaiter().GetResult();
        var refused = refusals.FirstOrDefault(refused => refused is not null);
        if (refused is not null)
        {
            return [.. commands.Select(_ => refused)];
        }

        var outcomes = await hub.Submit(commands);
        for (var i = 0; i < commands.Count; i++)
        {
            await ends.Note(principal, commands[i], outcomes[i]);
        }

        return outcomes;
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

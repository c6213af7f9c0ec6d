using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Security;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>Takes the commands of hooks past the door to the hub, without letting a later hook overtake an earlier one.</summary>
public sealed class HookDoor(SessionHub hub, Door door, EndAudit ends)
{
    /// <summary>Gives commands in the name in which a request came; they are queued when it returns.</summary>
    public async ValueTask<IReadOnlyList<Outcome>> Submit(HttpContext request, IReadOnlyList<Command> commands)
    {
        var principal = request.Principal();
        if (door.AllowsMore(principal, commands.Count, allOrNothing: true).Refused is { } tooMany)
        {
            return [.. commands.Select(_ => tooMany)];
        }

        if (commands.Select(command => Door.AllowsKind(principal, command)).FirstOrDefault(refused => refused is not null) is { } refused)
        {
            return [.. commands.Select(_ => refused)];
        }

        // Whose the session is is looked at in the hub, also where it lives: an answer at once would tell it from one that has ended or never was.
        var outcomes = await hub.Submit(commands, request.Features.Get<ReceiptKey>()?.Key, principal.Projects);
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
        memory.Follow(app.Services.GetRequiredService<SessionHub>());
        app.MapHookIngest(app.Services.GetRequiredService<HookDoor>().Submit, memory);
    }
}

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

        // Refused at once what can be, so that none of the sender's other hooks follows on it meanwhile.
        var refused = commands.Select(command => Door.AllowsKind(principal, command) ?? IsForeign(principal, command)).ToList().Find(refused => refused is not null);
        if (refused is not null)
        {
            return [.. commands.Select(_ => refused)];
        }

        var outcomes = await hub.Submit(commands, request.Features.Get<ReceiptKey>()?.Key, principal.Projects);
        for (var i = 0; i < commands.Count; i++)
        {
            await ends.Note(principal, commands[i], outcomes[i]);
        }

        return outcomes;
    }

    private Outcome.Refused? IsForeign(Principal principal, Command command) =>
        hub.View.Live.GetValueOrDefault(command.SessionId) is { } live && !principal.Sees(live.View.Project) ? Outcome.Foreign : null;
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

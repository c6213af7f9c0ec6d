using Microsoft.AspNetCore.Http;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Operations;
using Rollcall.Server.Security;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>Takes the commands of hooks past the door to the hub, without letting a later hook overtake an earlier one.</summary>
public sealed class HookDoor(SessionHub hub, Door door, Metrics metrics, IHttpContextAccessor requests)
{
    /// <summary>Gives the commands in whose name the present request came; they are queued when it returns.</summary>
    public ValueTask<IReadOnlyList<Outcome>> Submit(IReadOnlyList<Command> commands)
    {
        var refused = door.AllowsNow(requests.HttpContext!.Principal(), commands).FirstOrDefault(refused => refused is not null);
        return refused is null ? Count(hub.Submit(commands)) : new([.. commands.Select(_ => refused)]);
    }

    private async ValueTask<IReadOnlyList<Outcome>> Count(ValueTask<IReadOnlyList<Outcome>> pending)
    {
        var outcomes = await pending;
        foreach (var outcome in outcomes)
        {
            metrics.Count(outcome);
        }

        return outcomes;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>Hands a request's commands to the hub. It must have queued them when it returns; the task ends once they are durable.</summary>
public delegate ValueTask<IReadOnlyList<Outcome>> SubmitCommands(HttpContext request, IReadOnlyList<Command> commands);

/// <summary>
/// <c>POST /ingest/hooks/{agent}</c>: takes what coding agents' hooks say. The answer is an empty 204, because agents
/// read the body of a 2xx as an instruction, and a refusal by the hub is no concern of the agent's.
/// </summary>
public static class HookIngest
{
    /// <summary>The header in which a reporter names its machine.</summary>
    public const string HostHeader = "X-Rollcall-Host";

    /// <summary>How long an agent may wait for its report to be durable.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    /// <summary>Maps the endpoint.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="submit">Hands commands to the hub.</param>
    /// <param name="memory">What hooks said before; one of its own when not given.</param>
    public static IEndpointConventionBuilder MapHookIngest(
        this IEndpointRouteBuilder endpoints, SubmitCommands submit, HookMemory? memory = null)
    {
        var services = endpoints.ServiceProvider;
        var ingest = new HookSubmission(
            submit,
            memory ?? new HookMemory(),
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            services.GetRequiredService<ILoggerFactory>().CreateLogger<HookSubmission>());
        return endpoints.MapPost("/ingest/hooks/{agent}", (string agent, HttpContext context) => Post(ingest, agent, context))
            .WithName("IngestHook")
            .WithSummary("Takes a coding agent's hook")
            .WithBody(typeof(JsonObject))
            .Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<Results<NoContent, Problem>> Post(HookSubmission ingest, string agent, HttpContext context)
    {
        if (!SessionIds.IsValid(agent))
        {
            return Problem.Invalid("agent", SessionIds.Rule);
        }

        try
        {
            // However deeply it nests: a few fields of it are read, and no agent can send it again without the rest.
            var text = await Body.Bytes(context.Request);
            using var payload = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = text.Length });
            var refused = await ingest.Take(context, agent, payload.RootElement, context.Request.Headers[HostHeader].ToString());
            return refused is null ? TypedResults.NoContent() : Problem.Of(refused);
        }
        catch (JsonException)
        {
            return Problem.Invalid("body", "must be JSON");
        }
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Security;

namespace Rollcall.Server.Clients.Kato;

/// <summary>
/// The routes over HTTP of KATO's session pages. Three of them are the hub's own: there the hub's own answer is given,
/// and to KATO's pages with KATO's names beside its own.
/// </summary>
internal static class KatoSessionRoutes
{
    /// <summary>Maps them.</summary>
    public static void MapKatoSessions(this IEndpointRouteBuilder app)
    {
        var sessions = app.MapGroup(Wire.ApiPrefix + "/sessions").WithTags("clients");
        sessions.MapGet("redis-keys/diagnostic", Keys).WithSummary("That the hub keeps nothing in Redis, as KATO's dashboard asks for it");
        sessions.MapGet("{id}/stm", Memory).WithSummary("That the hub knows nothing of a session's memory, as KATO's dashboard asks for it");
        sessions.MapPost("bulk-delete", Delete).Accepts<KatoBulkDelete>("application/json").WithSummary("End many sessions, as KATO's dashboard does");

        // Before the hub's own, which are described already.
        var named = app.MapGroup(Wire.ApiPrefix + "/sessions").WithOrder(-1).ExcludeFromDescription().AddEndpointFilter(new KatoNames());
        named.MapGet("", SessionReads.List);
        named.MapGet("count", SessionReads.Count);
        named.MapGet("{id}", SessionReads.Get);
    }

    private static Ok<KatoKeys> Keys(TimeProvider time) => TypedResults.Ok(new KatoKeys([], 0, KatoNames.Source, time.GetUtcNow()));

    private static async Task<Results<Ok<KatoNothing>, Problem>> Memory(string id, HttpContext http, Door door) =>
        SessionIds.IsValid(id) && await door.Find(http.Principal(), id) is not null
            ? TypedResults.Ok(new KatoNothing())
            : Problem.NotFound($"session {id} does not exist");

    private static async Task<Results<Ok<KatoBulkDeleted>, Problem>> Delete(HttpContext http, Intake intake)
    {
        var (body, problem) = await Body.Read<KatoBulkDelete>(http.Request);
        if (problem is not null)
        {
            return problem;
        }

        if (body!.SessionIds is not { Count: > 0 } ids)
        {
            return new Problem(ErrorCodes.InvalidRequest, "No session IDs provided");
        }

        if (ids.Count > BatchText.Most)
        {
            return BatchText.TooMany;
        }

        var (allowed, tooMany) = intake.Allow(http, ids.Count);
        if (allowed == 0)
        {
            return Problem.Of(tooMany!);
        }

        var outcomes = await intake.Submit(http, [.. ids.Take(allowed).Select(id => new TerminateSession { SessionId = id ?? "" })]);
        if (outcomes.All(outcome => outcome is Outcome.Refused { Code: ErrorCodes.Unavailable }))
        {
            return Problem.Of((Outcome.Refused)outcomes[0]);
        }

        var ended = outcomes.Count(outcome => outcome is Outcome.Accepted { Changed: true });
        return TypedResults.Ok(new KatoBulkDeleted(true, ended, ids.Count, ids.Count - ended));
    }
}

/// <summary>What is kept in Redis: nothing.</summary>
public sealed record KatoKeys(IReadOnlyList<string> Keys, int Total, string Source, DateTimeOffset Timestamp);

/// <summary>The sessions that shall end.</summary>
public sealed record KatoBulkDelete
{
    /// <summary>Their ids.</summary>
    public IReadOnlyList<string?>? SessionIds { get; init; }
}

/// <summary>How many of the sessions ended by it; the others are unknown, not the key's to end, or had ended before.</summary>
public sealed record KatoBulkDeleted(bool Success, int DeletedCount, int RequestedCount, int FailedCount);

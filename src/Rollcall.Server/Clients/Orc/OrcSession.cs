using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Server.Clients.Orc;

/// <summary>
/// <c>GET /api/session</c>: the run as a whole, which is the work period here. The same figures as <c>session_update</c>,
/// by the same computation.
/// </summary>
/// <param name="SessionId">A UUID that stays while the work period does, over restarts of the hub.</param>
/// <param name="StartedAt">When the work period began.</param>
/// <param name="DurationSeconds">See <see cref="SessionUpdate.DurationSeconds"/>.</param>
/// <param name="TotalTokens">Input and output tokens.</param>
/// <param name="InputTokens">Input tokens.</param>
/// <param name="OutputTokens">Output tokens.</param>
/// <param name="EstimatedCostUsd">US dollars.</param>
/// <param name="TasksCompleted">Tasks that were done within the work period; failed and cancelled ones are not among them.</param>
/// <param name="TasksRunning">Tasks that run now.</param>
/// <param name="IsPaused">See <see cref="SessionUpdate.IsPaused"/>.</param>
public sealed record OrcSession(
    Guid SessionId, [property: JsonConverter(typeof(UtcTime))] DateTimeOffset StartedAt, long DurationSeconds, long TotalTokens, long InputTokens, long OutputTokens,
    decimal EstimatedCostUsd, long TasksCompleted, int TasksRunning, bool IsPaused)
{
    /// <summary>Where orc's client asks for it.</summary>
    public const string Path = "/api/session";

    internal static OrcSession Of(SessionHub hub, ILog log, HubOptions options, TimeProvider time)
    {
        var period = hub.View.State.Period;
        var now = period.At(time.GetUtcNow(), options.WorkPeriodGap);
        var id = SHA256.HashData(Encoding.UTF8.GetBytes($"{log.Epoch} {period.StartedAt.UtcTicks}"));
        return new OrcSession(
            new Guid(id.AsSpan(0, 16)), period.StartedAt, now.DurationSeconds, now.TotalTokens, now.InputTokens, now.OutputTokens,
            now.EstimatedCostUsd, period.TasksCompleted, now.TasksRunning, now.IsPaused);
    }
}

/// <summary>Maps orc's routes over HTTP.</summary>
internal static class OrcRoutes
{
    public static void MapOrcSession(this IEndpointRouteBuilder app) => app
        .MapGet(OrcSession.Path, (SessionHub hub, ILog log, RollcallOptions options, TimeProvider time) =>
            TypedResults.Ok(OrcSession.Of(hub, log, options.Hub, time)))
        .WithTags("clients").WithSummary("The work period, as orc's web client asks for it");
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Operations;

namespace Rollcall.Server.Clients.Kato;

/// <summary>The routes over HTTP that KATO's main page reads, while its socket is down and for its charts.</summary>
internal static class KatoFigureRoutes
{
    /// <summary>Maps them.</summary>
    public static void MapKatoFigures(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Wire.ApiPrefix).WithTags("clients");
        api.MapGet("system/metrics", Metrics).WithSummary("The hub and its machine, as KATO's dashboard asks for them");
        api.MapGet("system/stats", Stats).WithSummary("What the hub's machine did lately, as KATO's dashboard asks for it")
            .WithQuery(new QueryParameter("minutes", $"So far back, 1 to {KatoHistory.MostMinutes}; 10 by default.", true));
        api.MapGet("system/container-stats", Containers).WithSummary("The containers, as KATO's dashboard asks for them");
        api.MapGet("analytics/overview", Overview).WithSummary("Some of the figures once more, as KATO's dashboard asks for them");
    }

    private static async Task<Ok<KatoMetrics>> Metrics(FleetWatch watch, HttpContext http) =>
        TypedResults.Ok(KatoMetrics.Of(await watch.Realtime.Now(http.RequestAborted)));

    private static Results<Ok<KatoStats>, Problem> Stats(HttpContext http, KatoHistory history, TimeProvider time)
    {
        var text = new QueryText(http.Request.Query);
        var minutes = text.Number("minutes", 10, 1, KatoHistory.MostMinutes);
        return text.Problem is { } problem ? problem
            : TypedResults.Ok(new KatoStats(history.Since(time.GetUtcNow().AddMinutes(-minutes)), minutes, time.GetUtcNow()));
    }

    /// <summary>Where there is no engine there is no container.</summary>
    private static async Task<Results<Ok<KatoContainers>, Problem>> Containers(FleetWatch watch, HttpContext http)
    {
        var now = await watch.Realtime.Now(http.RequestAborted);
        return KatoContainers.Error(now.Containers) is { } error
            ? new Problem(ErrorCodes.Unavailable, error)
            : TypedResults.Ok(KatoContainers.Of(now.Containers, now.Time));
    }

    private static async Task<Ok<KatoOverview>> Overview(FleetWatch watch, HttpContext http)
    {
        var metrics = KatoMetrics.Of(await watch.Realtime.Now(http.RequestAborted));
        return TypedResults.Ok(new KatoOverview(
            metrics.Timestamp,
            new(metrics.Sessions.Active, metrics.Sessions.TotalCreated),
            new(null, []),
            new(null, []),
            metrics.Performance,
            metrics.Resources,
            new(null, null)));
    }
}

/// <summary>What the hub's machine did lately.</summary>
public sealed record KatoStats(KatoTimeSeries TimeSeries, long Minutes, DateTimeOffset Timestamp);

/// <summary>What KATO's main page shows below its charts; null where only KATO has it.</summary>
public sealed record KatoOverview(
    DateTimeOffset Timestamp, KatoOverviewSessions Sessions, KatoProcessors Processors, KatoCollections VectorCollections,
    KatoPerformance Performance, KatoResources Resources, KatoRedis Redis);

/// <summary>See <see cref="KatoSessionFigures"/>.</summary>
public sealed record KatoOverviewSessions(long? Active, long? TotalCreated);

/// <summary>The hub has none.</summary>
public sealed record KatoProcessors(long? Total, IReadOnlyList<string> ProcessorIds);

/// <summary>The hub has none.</summary>
public sealed record KatoCollections(long? Total, IReadOnlyList<string> Collections);

/// <summary>The hub has none.</summary>
public sealed record KatoRedis(long? ConnectedClients, string? UsedMemoryHuman);

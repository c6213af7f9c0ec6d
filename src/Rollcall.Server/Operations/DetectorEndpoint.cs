using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Server.Operations;

/// <summary>The routes of the count detector, for operators.</summary>
public static class DetectorEndpoint
{
    /// <summary>Maps them.</summary>
    public static void MapDetector(this IEndpointRouteBuilder app)
    {
        var detector = app.MapGroup(Wire.ApiPrefix + "/detector").WithTags("operations");
        detector.MapGet("", Answer).WithSummary("What the count detector knows and has told").Produces<DetectorAnswer>();
        detector.MapPost("reset", Reset).WithSummary("Takes the present counts for granted and forgets what was told").Produces<DetectorAnswer>();
    }

    private static IResult Answer(FleetWatch watch) => Results.Json(
        new DetectorAnswer(
            watch.Detector.Window.TotalMilliseconds,
            watch.Flags.Current.SessionEvents,
            [.. watch.Detector.Sources.Select(DetectorSource.Of)],
            watch.Health.Parts),
        OperationsJson.Default.DetectorAnswer);

    private static async Task<IResult> Reset(HttpContext http, FleetWatch watch, ILog log, TimeProvider time)
    {
        await log.Audit([new AuditEntry(time.GetUtcNow(), OperationsHttp.Who(http), "detector.reset", "{}")], http.RequestAborted);
        watch.Detector.Reset();
        return Answer(watch);
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Api;

/// <summary>The fleet as a whole: its aggregate, its pause, and what it was.</summary>
public static class FleetApi
{
    /// <summary>Maps it.</summary>
    public static void MapFleet(this IEndpointRouteBuilder app)
    {
        var fleet = app.MapGroup(Wire.ApiPrefix + "/fleet").WithTags("fleet");
        fleet.MapGet("", Get).WithSummary("The aggregate of the fleet");
        fleet.MapPost("pause", Pause).WithSummary("Pause the fleet as a whole, and tell every owner");
        fleet.MapPost("resume", Resume).WithSummary("Let the fleet go on, and tell every owner");
        fleet.MapGet("at", At).WithSummary("The fleet as it was")
            .WithQuery(new("time", "At this time, RFC 3339."), new("seq", "Or after this event.", true),
                new("skip", "So many of the sessions are passed over; 0 by default.", true), new("limit", "At most so many sessions, 1 to 1000; all by default.", true));
    }

    private static Ok<FleetAnswer> Get(SessionHub hub, ILog log, RollcallOptions options, TimeProvider time)
    {
        var view = hub.View;
        return TypedResults.Ok(FleetAnswer.Of(view.State.Period.At(time.GetUtcNow(), options.Hub.WorkPeriodGap), view.Seq, log.Epoch));
    }

    private static Task<Results<Ok<Told>, Problem>> Pause(HttpContext http, Door door, SessionHub hub) => Record(http, door, hub, new FleetPaused());

    private static Task<Results<Ok<Told>, Problem>> Resume(HttpContext http, Door door, SessionHub hub) => Record(http, door, hub, new FleetResumed());

    private static async Task<Results<Ok<Told>, Problem>> Record(HttpContext http, Door door, SessionHub hub, HubEvent happened)
    {
        if (door.AllowsMore(http.Principal()) is { } refused)
        {
            return Problem.Of(refused);
        }

        return TypedResults.Ok(new Told(true, await hub.Record(happened, http.Features.Get<ReceiptKey>()?.Key)));
    }

    private static async Task<Results<Ok<FleetThen>, Problem>> At(HttpContext http, Past past, SessionHub hub, ILog log, TimeProvider time)
    {
        var text = new QueryText(http.Request.Query);
        if (text.Has("seq") == text.Has("time"))
        {
            return Problem.Invalid("seq", "or time is required, and only one of them");
        }

        var head = hub.View.Seq;
        var seq = text.Number("seq", long.MaxValue, 0, long.MaxValue);
        var skip = (int)text.Number("skip", 0, 0, int.MaxValue);
        var limit = (int)text.Number("limit", int.MaxValue, 1, 1000);
        var until = text.Time("time", DateTimeOffset.MaxValue);
        if (text.Has("time") && until > time.GetUtcNow())
        {
            text.Refuse("time", "must not be in the future");
        }
        else if (text.Has("seq") && seq > head)
        {
            text.Refuse("seq", $"must not be after the last event, {head}");
        }

        return text.Problem is { } problem ? problem
            : await past.At(Math.Min(seq, head), until, skip, limit, http.RequestAborted) is { } then ? TypedResults.Ok(then)
            : Problem.NotFound($"the log no longer tells all of that moment: retention has removed events up to {log.PrunedTo}, and output up to {log.OutputPrunedTo}");
    }
}

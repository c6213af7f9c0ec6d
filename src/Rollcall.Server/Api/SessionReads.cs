using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Api;

/// <summary>The routes by which sessions are looked at.</summary>
public static class SessionReads
{
    /// <summary>So often sessions are counted while more become durable: where what is durable could not be told, it would be for good.</summary>
    private const int MostTries = 10;

    /// <summary>Maps them.</summary>
    public static void MapSessionReads(this IEndpointRouteBuilder app)
    {
        var sessions = app.MapGroup(Wire.ApiPrefix + "/sessions").WithTags("sessions");
        sessions.MapGet("", List).WithSummary("A page of sessions: live ones unless asked otherwise").WithQuery(SessionQueryText.Parameters);
        sessions.MapGet("count", Count).WithSummary("How many sessions there are");
        sessions.MapGet("{id}", Get).WithSummary("A session, live or ended");
    }

    internal static async Task<Results<Answered<SessionList>, Problem>> List(HttpContext http, SessionHub hub, ILog log)
    {
        var (query, problem) = SessionQueryText.Parse(http.Request.Query);
        if (problem is not null)
        {
            return problem;
        }

        var page = await log.List(query! with { Visible = http.Principal().Projects }, http.RequestAborted);
        if (page.Seq > hub.View.Seq)
        {
            // Durable, and told in a moment: whoever joins with this cursor is to be resumed.
            await hub.Settle(http.RequestAborted);
        }

        return new Answered<SessionList>(new(
            page.Sessions,
            page.Total,
            query!.Skip,
            query.Limit,
            (query.Skip / query.Limit) + 1,
            (page.Total + query.Limit - 1) / query.Limit,
            page.Seq,
            log.Epoch));
    }

    internal static async Task<Ok<SessionCountAnswer>> Count(HttpContext http, SessionHub hub, ILog log)
    {
        var principal = http.Principal();
        var (view, total) = await Counted(hub, log, principal.Projects, http.RequestAborted);
        var live = principal.IsLimited ? view.Live.Values.Where(session => principal.Sees(session.View.Project)).ToList() : null;
        var byStatus = live is null ? view.CountsByName() : view.CountsByName().ToDictionary(
            pair => pair.Key, pair => live.LongCount(session => WireName<SessionStatus>.Of(session.View.Status) == pair.Key));
        var active = byStatus.Values.Sum();
        return TypedResults.Ok(new SessionCountAnswer(active, Math.Max(total, active), byStatus, view.Seq, log.Epoch));
    }

    internal static async Task<Results<Ok<SessionView>, Problem>> Get(string id, HttpContext http, Door door) =>
        !SessionIds.IsValid(id) ? Problem.Invalid("id", SessionIds.Rule)
        : await door.Find(http.Principal(), id) is { } session ? TypedResults.Ok(session.View)
        : Problem.NotFound($"session {id} does not exist");

    /// <summary>A view, and how many sessions there were just then: what is durable is counted at once, and told in a moment.</summary>
    private static async ValueTask<(FleetView View, long Total)> Counted(
        SessionHub hub, ILog log, IReadOnlySet<string>? projects, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            var view = hub.View;
            var total = await log.CountAll(projects, cancel);
            if (log.Head <= view.Seq || tries == MostTries)
            {
                return (view, total);
            }

            await hub.Settle(cancel);
        }
    }
}

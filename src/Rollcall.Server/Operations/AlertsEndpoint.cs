using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Core.Alerts;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Operations;

/// <summary>The routes of the alerts and their rules.</summary>
public static class AlertsEndpoint
{
    private const int MostAlerts = 200;

    /// <summary>Maps them.</summary>
    public static void MapAlerts(this IEndpointRouteBuilder app)
    {
        var alerts = app.MapGroup(Wire.ApiPrefix + "/alerts").WithTags("operations");
        alerts.MapGet("", List).WithSummary("The open alerts, or with status=all the history").WithQuery(
            new("status", "open, or all for the history; open by default."),
            new("limit", $"At most so many, 1 to {MostAlerts}; 50 by default.", true),
            new("before", "Only alerts with a smaller seq: the next_before of the page before.", true)).Produces<AlertsAnswer>();
        alerts.MapPost("{id}/acknowledge", Acknowledge).WithSummary("Says that somebody has seen an alert").Produces<AlertsAnswer>();
        alerts.MapGet("rules", (FleetWatch watch) => Answer(watch.Alerts.Rules)).WithSummary("From when on what is wrong")
            .Produces<IReadOnlyDictionary<string, AlertRule>>();
        alerts.MapPut("rules", Change).WithSummary("Changes rules; what is not named stays, null switches off")
            .WithBody(typeof(IReadOnlyDictionary<string, IReadOnlyDictionary<string, double?>>)).Produces<IReadOnlyDictionary<string, AlertRule>>();
    }

    private static async Task<IResult> List(HttpContext http, FleetWatch watch, ILog log)
    {
        var text = new QueryText(http.Request.Query);
        var status = text.Text("status") ?? "open";
        if (status is not ("open" or "all"))
        {
            text.Refuse("status", "must be open or all");
        }

        var limit = (int)text.Number("limit", 50, 1, MostAlerts);
        var before = text.Number("before", long.MaxValue, 1, long.MaxValue);
        if (text.Problem is { } problem)
        {
            return problem;
        }

        IReadOnlyList<AlertView> page = status == "all"
            ? await AlertHistory.Read(log, watch.Alerts.Open, before, limit, http.RequestAborted)
            : [.. watch.Alerts.Open.Reverse().Where(open => open.Alert.Seq < before).Take(limit).Select(AlertView.Of)];
        return Results.Json(
            new AlertsAnswer(page, page.Count == limit ? page[^1].Seq : null), OperationsJson.Default.AlertsAnswer);
    }

    private static async Task<IResult> Acknowledge(string id, HttpContext http, FleetWatch watch)
    {
        if (!watch.Alerts.IsOn)
        {
            return Problem.Of(new Outcome.Refused(ErrorCodes.Conflict, "alerts are switched off"));
        }

        return await watch.Alerts.Acknowledge(id, OperationsHttp.Who(http))
            ? Results.Json(
                new AlertsAnswer([.. watch.Alerts.Open.Where(open => open.Alert.Id == id).Select(AlertView.Of)], null),
                OperationsJson.Default.AlertsAnswer)
            : Problem.Of(new Outcome.Refused(ErrorCodes.NotFound, $"no alert {id} is open"));
    }

    private static async Task<IResult> Change(HttpContext http, FleetWatch watch)
    {
        var (patch, refused) = await OperationsHttp.ReadJson(http);
        if (refused is not null)
        {
            return refused;
        }

        var changed = await watch.Alerts.Change(patch, OperationsHttp.Who(http));
        return changed.IsValid ? Answer(changed.Value) : OperationsHttp.Invalid(changed.Problems);
    }

    private static IResult Answer(AlertRules rules) => Results.Json(rules.ByName, OperationsJson.Default.IReadOnlyDictionaryStringAlertRule);
}

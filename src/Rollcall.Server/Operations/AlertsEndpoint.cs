using System.Globalization;
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
            new("before", "Only alerts with a smaller seq: the next_before of the page before.", true));
        alerts.MapPost("{id}/acknowledge", Acknowledge).WithSummary("Says that somebody has seen an alert");
        alerts.MapGet("rules", (FleetWatch watch) => Answer(watch.Alerts.Rules)).WithSummary("From when on what is wrong");
        alerts.MapPut("rules", Change).WithSummary("Changes rules; what is not named stays, null switches off");
    }

    private static async Task<IResult> List(HttpContext http, FleetWatch watch, ILog log)
    {
        var query = http.Request.Query;
        var problems = new Dictionary<string, string>();
        var status = query["status"].FirstOrDefault() ?? "open";
        if (status is not ("open" or "all"))
        {
            problems["status"] = "must be open or all";
        }

        var limit = Number(query["limit"].FirstOrDefault(), 50, MostAlerts, "limit", problems);
        var before = Number(query["before"].FirstOrDefault(), long.MaxValue, long.MaxValue, "before", problems);
        if (problems.Count > 0)
        {
            return OperationsHttp.Invalid(problems);
        }

        IReadOnlyList<AlertView> page = status == "all"
            ? await AlertHistory.Read(log, watch.Alerts.Open, before, (int)limit, http.RequestAborted)
            : [.. watch.Alerts.Open.Reverse().Where(open => open.Alert.Seq < before).Take((int)limit).Select(AlertView.Of)];
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

    private static long Number(string? text, long otherwise, long most, string name, Dictionary<string, string> problems)
    {
        if (text is null)
        {
            return otherwise;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most)
        {
            return number;
        }

        problems[name] = most == long.MaxValue ? "must be a whole number from 1 on" : $"must be a whole number from 1 to {most}";
        return otherwise;
    }
}

using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core.Fleet;
using Rollcall.Core.Sessions;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Operations;

/// <summary>The routes of the machines.</summary>
public static class HostsEndpoint
{
    /// <summary>Maps them.</summary>
    public static void MapHosts(this IEndpointRouteBuilder app)
    {
        var hosts = app.MapGroup(Wire.ApiPrefix + "/hosts").WithTags("operations");
        hosts.MapGet("", Answer).WithSummary("The machines and containers that are known").Produces<HostsAnswer>();
        hosts.MapPost("{name}", Report).WithSummary("A machine's own figures").WithBody(typeof(HostFigures)).Produces<Host>();
    }

    private static async Task<IResult> Answer(HttpContext http, FleetWatch watch)
    {
        IReadOnlyList<ContainerFigures>? containers = null;
        if (watch.Flags.Current.HostStats)
        {
            watch.ReadMachine();
            containers = await watch.ReadContainers(http.RequestAborted);
        }

        return Results.Json(new HostsAnswer(watch.Hosts.All, containers), OperationsJson.Default.HostsAnswer);
    }

    private static async Task<IResult> Report(string name, HttpContext http, FleetWatch watch)
    {
        // A part of realtime_update that failed is told by its field "error": no machine is called so.
        if (!SessionIds.IsValid(name) || name == "error")
        {
            return Problem.Invalid("name", "must be 1-128 of A-Z a-z 0-9 . _ : - and not error");
        }

        if (name == watch.Hosts.Own)
        {
            return Problem.Of(new Outcome.Refused(ErrorCodes.Conflict, $"{name} is the hub's own machine, whose figures it reads itself"));
        }

        var (body, refused) = await OperationsHttp.ReadJson(http);
        if (refused is not null)
        {
            return refused;
        }

        var report = HostReport.Read(body);
        if (!report.IsValid)
        {
            return OperationsHttp.Invalid(report.Problems);
        }

        return watch.Hosts.Report(name, report.Value)
            ? Results.Json(watch.Hosts.All[name], OperationsJson.Default.Host)
            : Problem.Of(new Outcome.Refused(ErrorCodes.Conflict, $"{Hosts.MostHosts} machines report already"));
    }
}

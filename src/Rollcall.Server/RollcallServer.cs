using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Server.Ingest.Hooks;
using Rollcall.Server.Operations;
using Rollcall.Server.Sockets;
using Rollcall.Server.Streams;

namespace Rollcall.Server;

/// <summary>Puts a hub together: the log, the hub, the endpoints. Reads like a table of contents.</summary>
public static class RollcallServer
{
    /// <summary>Opens the data directory, starts the hub, and maps everything it serves; the caller runs it.</summary>
    public static async Task<WebApplication> Build(RollcallOptions options, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls([.. options.Urls]);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

        var log = SqliteLog.Open(options.Data, time);
        var hub = await SessionHub.Start(log, options.Hub, options.Fanout, time);

        builder.Services
            .AddSingleton(options)
            .AddSingleton(time)
            .AddSingleton<ILog>(log)
            .AddSingleton(hub)
            .AddSingleton(hub.Fanout)
            .AddSingleton<Security.Door>()
            .AddSingleton<LogTail>()
            .AddHostedService<Draining>()
            .AddFleetWatch(await FleetWatch.Open(options, log, hub, time));

        var app = builder.Build();
        app.MapHookIngest(commands => hub.Submit(commands));
        app.MapSocket(() => true);
        app.MapEventStream();
        app.MapFlags();
        app.MapDetector();
        app.MapHosts();
        app.MapAlerts();
        app.MapGet("/readyz", () => "ready");
        return app;
    }
}

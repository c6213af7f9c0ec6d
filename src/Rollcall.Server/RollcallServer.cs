using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Server.Api;
using Rollcall.Server.Clients;
using Rollcall.Server.Describe;
using Rollcall.Server.Ingest.Hooks;
using Rollcall.Server.Operations;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;
using Rollcall.Server.Streams;

namespace Rollcall.Server;

/// <summary>Puts a hub together: the door, the log, the hub, the endpoints. Reads like a table of contents.</summary>
public static class RollcallServer
{
    /// <summary>A client that does not take its answer must not hold up the end for longer; supervisors kill after 10 s.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(8);

    /// <summary>Opens the data directory, starts the hub, and maps everything it serves; the caller runs and disposes of it.</summary>
    /// <exception cref="RefusedToStartException">It must not start as it is configured.</exception>
    public static async Task<WebApplication> Build(RollcallOptions options, TimeProvider time)
    {
        // Nothing is taken from files in the folder where it is started, which are somebody else's, and none is watched there.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddEnvironmentVariables("DOTNET_").AddEnvironmentVariables("ASPNETCORE_").AddEnvironmentVariables();
        options = Binding.Resolve(options, builder.Configuration);
        Binding.Check(options, time);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseUrls([.. options.Urls]);
        builder.WebHost.ConfigureKestrel((context, kestrel) => kestrel.Configure(context.Configuration.GetSection("Kestrel"), reloadOnChange: true));
        builder.WebHost.UseRequestLimits(options.Fanout);
        builder.Services.AddRoutingCore();
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddSimpleConsole().AddFilter("Microsoft", LogLevel.Warning);
        // It logs nothing that the hub does not log itself, but as long as it might, every request is traced and given a scope.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // That it did not start is said by whoever started it; what ends it later is logged as critical.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // Nor does anything here log in scopes: the web server's own would follow each request from thread to thread.
        builder.Services.Configure<LoggerFilterOptions>(logging => logging.CaptureScopes = false);

        builder.Services.AddSingleton(options).AddSingleton(time);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        builder.Services.AddDoor();
        builder.Services.AddSockets();
        builder.Services.AddClients(options);
        builder.Services.AddApi();
        builder.Services.AddOperations();
        builder.Services.AddDescription();
        builder.Services.AddSingleton<LogTail>().AddHostedService<Draining>().AddHostedService<Pruning>();
        await builder.Services.AddHub(options, time);

        var app = builder.Build();
        app.StartHub();
        app.UsePlacement();
        app.UseRootServices();
        app.UseProblems();
        app.UseSecurityHeaders();
        app.UseDoor();
        app.UseRouteText();
        app.UseIdempotency();
        app.MapHooks();
        app.MapSockets();
        app.MapClients();
        app.MapEventStream();
        app.MapSessionReads();
        app.MapSessionCommands();
        app.MapOwnerCalls();
        app.MapCommands();
        app.MapEvents();
        app.MapFleet();
        app.MapHosts();
        app.MapAlerts();
        app.MapDetector();
        app.MapFlags();
        app.MapTokens();
        app.MapOperations();
        app.MapDescription();
        app.UseDashboard(options);
        return app;
    }
}

using Microsoft.Extensions.DependencyInjection;
using Rollcall.Server.Api.Direct;
using Rollcall.Server.Ingest.Hooks;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Api;

/// <summary>Registers what the HTTP API needs.</summary>
public static class ApiServices
{
    /// <summary>Registers the JSON of the wire, the way of commands to the hub, and the API's description.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services) => services
        .ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions))
        .AddSingleton<Intake>()
        .AddSingleton<IDirectRequests, DirectReports>()
        .AddSingleton<HookDoor>()
        .AddSingleton<Past>()
        .AddSingleton<KeyedLock>();
}

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rollcall.Core;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Sockets;

/// <summary>Registers what sockets need.</summary>
public static class SocketServices
{
    /// <summary>Registers the parts of every connection, the hub's own protocol, and the listener that takes plain-text upgrades directly.</summary>
    public static IServiceCollection AddSockets(this IServiceCollection services) => services
        .AddSingleton(made => new SocketParts(
            made.GetRequiredService<SessionHub>(),
            made.GetRequiredService<ILog>(),
            made.GetRequiredService<Door>(),
            made.GetRequiredService<EndAudit>(),
            made.GetRequiredService<UnfinishedInput>(),
            made.GetRequiredService<FeatureFlags>(),
            made.GetRequiredService<RollcallOptions>().Compression,
            made.GetRequiredService<TimeProvider>(),
            made.GetRequiredService<ILoggerFactory>().CreateLogger("Rollcall.Sockets")))
        .AddSingleton<TopicFamily, OwnTopics>()
        .AddSingleton<SocketProtocol, PhoenixProtocol>()
        .AddSingleton<SocketProtocols>()
        .AddSingleton<SpokenRefusals>()
        .AddSingleton<DirectDoor>()
        .AddSingleton<IConfigureOptions<KestrelServerOptions>, TlsOutputs>()
        .AddSingleton<IConnectionListenerFactory, ListenerFactory>();
}

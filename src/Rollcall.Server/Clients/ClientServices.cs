using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Server.Clients.Agentcmd;
using Rollcall.Server.Clients.Jidoka;
using Rollcall.Server.Clients.Kato;
using Rollcall.Server.Clients.Orc;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients;

/// <summary>
/// The protocols of existing clients, each behind its setting: what is off is not registered and has no route. A protocol
/// is a <see cref="SocketProtocol"/> at a path of its own, or a <see cref="TopicFamily"/> of the Phoenix socket.
/// </summary>
internal static class ClientServices
{
    /// <summary>Registers those that are on.</summary>
    public static void AddClients(this IServiceCollection services, RollcallOptions options)
    {
        var otherwise = new Addresses(options).OnlyLoopback;
        if (options.Clients.Orc ?? otherwise)
        {
            services.AddSingleton<SocketProtocol, OrcProtocol>();
        }

        if (options.Clients.Jidoka ?? otherwise)
        {
            services.AddSingleton<TopicFamily, JidokaTopics>();
        }

        if (options.Clients.Agentcmd ?? otherwise)
        {
            // Before any other at its path: it takes only what has a token.
            services.AddSingleton<SocketProtocol, AgentcmdProtocol>();
        }

        if (options.Clients.Kato ?? otherwise)
        {
            services.AddSingleton<SocketProtocol, KatoProtocol>();
            services.AddSingleton<KatoHistory>().AddHostedService(made => made.GetRequiredService<KatoHistory>());
        }
    }

    /// <summary>Maps the routes over HTTP of those that are on.</summary>
    public static void MapClients(this WebApplication app)
    {
        var spoken = app.Services.GetServices<SocketProtocol>().ToList();
        if (spoken.Exists(protocol => protocol is OrcProtocol))
        {
            app.MapOrcSession();
        }

        if (spoken.Exists(protocol => protocol is AgentcmdProtocol))
        {
            app.MapAgentcmd();
        }

        if (spoken.Exists(protocol => protocol is KatoProtocol))
        {
            app.MapKatoFigures();
            app.MapKatoSessions();
        }
    }
}

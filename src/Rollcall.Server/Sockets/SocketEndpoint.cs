using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>Where Phoenix clients open their WebSocket: the handshake of RFC 6455, and Phoenix's own answers to a wrong one.</summary>
public static class SocketEndpoint
{
    /// <summary>Bytes of one message over all fragments.</summary>
    private const int MaxMessage = 64 * 1024;

    private const string PhoenixProtocol = "phoenix";

    /// <summary>Maps the socket.</summary>
    public static IEndpointRouteBuilder MapSocket(this IEndpointRouteBuilder endpoints, Func<bool> filterEvents)
    {
        var services = endpoints.ServiceProvider;
        var hub = services.GetRequiredService<SessionHub>();
        var door = services.GetRequiredService<Door>();
        var parts = new SocketParts(
            hub,
            services.GetRequiredService<ILog>(),
            door,
            new ClientPushes(hub),
            filterEvents,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Rollcall.Sockets"));
        var limits = services.GetRequiredService<ConnectionLimits>();
        var holders = services.GetRequiredService<KeyHolders>();
        endpoints.MapGet(Wire.SocketPath, context => Serve(context, parts, limits, holders));
        endpoints.MapMethods(Wire.SocketPath, ["POST", "PUT", "PATCH", "DELETE"], context => Refuse(context, StatusCodes.Status400BadRequest));
        return endpoints;
    }

    private static async Task Serve(HttpContext context, SocketParts parts, ConnectionLimits limits, KeyHolders holders)
    {
        var headers = context.Request.Headers;
        if (!SpeaksV2(context.Request.Query["vsn"]))
        {
            await Refuse(context, StatusCodes.Status403Forbidden);
            return;
        }

        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true } || Handshake.Accept(headers) is not { } accept)
        {
            await Refuse(context, StatusCodes.Status400BadRequest);
            return;
        }

        var principal = context.Principal();
        var (lease, refused) = limits.Enter(context.Connection.RemoteIpAddress, principal);
        if (refused is not null)
        {
            await Problem.Of(refused).ExecuteAsync(context);
            return;
        }

        using var place = lease;
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = accept;
        if (Handshake.Offers(headers, PhoenixProtocol))
        {
            context.Response.Headers.SecWebSocketProtocol = PhoenixProtocol;
        }

        await using var stream = await upgrade.UpgradeAsync();
        var transport = new WebSocketTransport(stream, context.Abort);
        var outlet = parts.Hub.Fanout.Open(transport);
        using var holder = holders.Hold(principal, () => outlet.Close(1008, "the key was revoked or has expired"));
        var reader = new WebSocketReader(stream, MaxMessage, pong => outlet.Send(pong));
        await new PhoenixConnection(reader, outlet, transport, principal, parts).Run();
    }

    /// <summary>Phoenix's own refusals have no body.</summary>
    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    /// <summary>Phoenix's requirement <c>~> 2.0.0</c>; a missing one means 1.0.0.</summary>
    private static bool SpeaksV2(string? vsn) =>
        Version.TryParse(vsn, out var version) && version is { Major: 2, Minor: 0, Build: >= 0, Revision: -1 };
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>Where Phoenix clients open their WebSocket: the handshake of RFC 6455, and Phoenix's own answers to a wrong one.</summary>
public static class SocketEndpoint
{
    /// <summary>Bytes of one message over all fragments.</summary>
    private const int MaxMessage = 64 * 1024;

    private const string PhoenixProtocol = "phoenix";

    /// <summary>Maps the socket.</summary>
    public static IEndpointRouteBuilder MapSocket(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var hub = services.GetRequiredService<SessionHub>();
        var door = services.GetRequiredService<Door>();
        var parts = new SocketParts(
            hub,
            services.GetRequiredService<ILog>(),
            door,
            new ClientPushes(hub),
            services.GetRequiredService<FeatureFlags>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Rollcall.Sockets"));
        endpoints.Map(Wire.SocketPath, context => Serve(context, parts));
        return endpoints;
    }

    private static async Task Serve(HttpContext context, SocketParts parts)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (!SpeaksV2(request.Query["vsn"]))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true } || Handshake.Accept(request.Headers) is not { } accept)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (parts.Hub.Fanout.IsDraining)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "1";
            return;
        }

        var principal = context.Principal();
        if (parts.Door.Limits.TryEnter(context, principal) is not { } place)
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "10";
            return;
        }

        using var _ = place;
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = accept;
        if (Handshake.Offers(request.Headers, PhoenixProtocol))
        {
            context.Response.Headers.SecWebSocketProtocol = PhoenixProtocol;
        }

        await using var stream = await upgrade.UpgradeAsync();
        var transport = new WebSocketTransport(stream, context.Abort);
        var outlet = parts.Hub.Fanout.Open(transport);
        using var watch = parts.Door.WhenRevoked(principal, () => outlet.Close(1008, "the key was revoked or has expired"));
        var reader = new WebSocketReader(stream, MaxMessage, pong => outlet.Send(pong), outlet.Heard);
        await new PhoenixConnection(reader, outlet, transport, principal, parts).Run();
    }

    /// <summary>Phoenix's requirement <c>~> 2.0.0</c>; a missing one means 1.0.0.</summary>
    private static bool SpeaksV2(string? vsn) =>
        Version.TryParse(vsn, out var version) && version is { Major: 2, Minor: 0, Build: >= 0, Revision: -1 };
}

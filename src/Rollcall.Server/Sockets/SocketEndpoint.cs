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
    /// <summary>Maps the socket.</summary>
    public static IEndpointRouteBuilder MapSocket(this IEndpointRouteBuilder endpoints)
    {
        var parts = endpoints.ServiceProvider.GetRequiredService<SocketParts>();
        endpoints.Map(Wire.SocketPath, context => Serve(context, parts));
        return endpoints;
    }

    /// <summary>Phoenix's requirement <c>~> 2.0.0</c>; a missing one means 1.0.0.</summary>
    internal static bool SpeaksV2(HttpRequest request) =>
        Version.TryParse(request.Query["vsn"], out var version) && version is { Major: 2, Minor: 0, Build: >= 0, Revision: -1 };

    private static async Task Serve(HttpContext context, SocketParts parts)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (!SpeaksV2(request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true } || request.Protocol != HttpProtocol.Http11
            || !Handshake.TryAnswer(request.Headers, context.Response.Headers, parts.Compresses))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (parts.Hub.Fanout.IsDraining)
        {
            Refuse(context, StatusCodes.Status503ServiceUnavailable, "1");
            return;
        }

        var principal = context.Principal();
        if (parts.Door.Limits.TryEnter(context, principal) is not { } place)
        {
            Refuse(context, StatusCodes.Status429TooManyRequests, "10");
            return;
        }

        using (place)
        {
            await using var stream = await upgrade.UpgradeAsync();
            await Serve(new StreamTransport(stream, context.Abort), principal, Handshake.Deflates(context.Response.Headers), parts);
        }
    }

    /// <summary>Serves an upgraded connection until it ends.</summary>
    internal static async Task Serve(WebSocketTransport transport, Principal principal, bool deflates, SocketParts parts)
    {
        var outlet = parts.Hub.Fanout.Open(transport);
        using var watch = parts.Door.WhenRevoked(principal, () => outlet.Close(1008, "the key was revoked or has expired"));
        await new PhoenixConnection(transport, outlet, principal, deflates, parts).Run().ConfigureAwait(false);
    }

    private static void Refuse(HttpContext context, int status, string retryAfter)
    {
        context.Response.Headers.Clear();
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
    }
}

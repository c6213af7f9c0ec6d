using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>Where clients open their WebSocket: the handshake of RFC 6455 or 8441, and the answers to a wrong one, which are Phoenix's.</summary>
public static class SocketEndpoint
{
    /// <summary>Maps the path of every protocol.</summary>
    public static IEndpointRouteBuilder MapSockets(this IEndpointRouteBuilder endpoints)
    {
        var (parts, protocols) = (endpoints.ServiceProvider.GetRequiredService<SocketParts>(), endpoints.ServiceProvider.GetRequiredService<SocketProtocols>());
        foreach (var path in protocols.Paths)
        {
            endpoints.Map(path, context => Serve(context, protocols.Find(path, context.Request), parts));
        }

        return endpoints;
    }

    private static async Task Serve(HttpContext context, SocketProtocol? protocol, SocketParts parts)
    {
        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsConnect(method))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (protocol is null)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        using var request = SocketRequest.Of(context);
        if (request?.TryAnswer(parts.Compresses && protocol.Compresses) != true)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            context.Response.Headers.SecWebSocketVersion = Handshake.Version;
            return;
        }

        if (parts.Hub.Fanout.IsDraining)
        {
            Refuse(context, StatusCodes.Status503ServiceUnavailable, "1");
            return;
        }

        var principal = context.Principal();
        if (protocol.Refuse(principal) is { } refused)
        {
            context.Response.Headers.Clear();
            await Problem.Of(refused).ExecuteAsync(context);
            return;
        }

        if (parts.Door.Limits.TryEnter(context, principal) is not { } place)
        {
            context.Response.Headers.Clear();
            await Problem.Of(new Outcome.Refused(ErrorCodes.RateLimited, "too many connections of this address or key are open")).ExecuteAsync(context);
            return;
        }

        using (place)
        {
            await using var stream = await request.Accept();
            await Serve(request.Transport(stream, parts.Time), principal, Handshake.Deflates(context.Response.Headers), protocol, parts);
        }
    }

    /// <summary>Serves an open socket until it ends.</summary>
    internal static async Task Serve(WebSocketTransport transport, Principal principal, bool deflates, SocketProtocol protocol, SocketParts parts)
    {
        var outlet = parts.Hub.Fanout.Open(transport, protocol.Codec);
        if (parts.Hub.Fanout.IsDraining)
        {
            // It came in as the draining began, which has perhaps not seen it: nobody would ever end it.
            outlet.Abort();
        }

        using var watch = parts.Door.WhenRevoked(principal, () => outlet.Expel(1008, Door.Revoked.Message));
        await protocol.Connect(transport, outlet, principal, deflates).Run().ConfigureAwait(false);
    }

    private static void Refuse(HttpContext context, int status, string retryAfter)
    {
        context.Response.Headers.Clear();
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Security;

/// <summary>Puts the door in front of every request, upgrades included, and the access table behind the routing.</summary>
public static class DoorMiddleware
{
    /// <summary>Checks by which name, from where and by whom the hub is asked; then routes; then checks the table.</summary>
    public static void UseDoor(this WebApplication app)
    {
        var (addresses, door) = (app.Services.GetRequiredService<Addresses>(), app.Services.GetRequiredService<Door>());
        var spoken = app.Services.GetRequiredService<SpokenRefusals>();
        app.Use((context, next) => Enter(context, next, addresses, door, spoken));
        app.UseRouting();
        app.Use((context, next) => Pass(context, next, spoken));
    }

    private static Task Enter(HttpContext context, RequestDelegate next, Addresses addresses, Door door, SpokenRefusals spoken)
    {
        if (!addresses.AllowsHost(context))
        {
            return Refuse(context, new(ErrorCodes.Forbidden, "the request is not addressed to this hub: its Host header is not on the list (ROLLCALL_ALLOWED_HOSTS)"));
        }

        if (!addresses.AllowsOrigin(context))
        {
            return Refuse(context, new(ErrorCodes.Forbidden, "the request comes from a page of another origin that is not on the list (ROLLCALL_ALLOWED_ORIGINS)"));
        }

        if (context.Request.Headers.Origin.ToString() is { Length: > 0 } origin && addresses.IsConfigured(origin) && AnswerPage(context, origin))
        {
            return Task.CompletedTask;
        }

        var (principal, refused) = door.Authenticate(context.Request);
        if (refused is not null)
        {
            return Refuse(context, refused, spoken);
        }

        context.Features.Set(principal);
        if (HttpMethods.GetCanonicalizedValue(context.Request.Method) != context.Request.Method)
        {
            // Their case tells methods apart (RFC 9110, 9.1), which the routing does not do: this is one that nothing takes.
            context.Request.Method += "-not-in-capitals";
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Features.Set(HeadOfGet.Mark);
            context.Request.Method = HttpMethods.Get;
        }

        return next(context);
    }

    private static Task Pass(HttpContext context, RequestDelegate next, SpokenRefusals spoken)
    {
        if (HttpMethods.IsGet(context.Request.Method) && context.Features.Get<HeadOfGet>() is not null)
        {
            context.Request.Method = HttpMethods.Head;
        }

        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return next(context);
        }

        var access = AccessTable.Find(context.Request.Method, endpoint.RoutePattern.RawText);
        var refused = access is null
            ? new Outcome.Refused(ErrorCodes.Forbidden, "nobody may use this route")
            : access.Refuse(context.Features.Get<Principal>()) ?? RefuseBody(context.Request);
        return refused is null ? next(context) : Refuse(context, refused, spoken);
    }

    /// <summary>The web server itself refuses only a body that is read, which some routes never do.</summary>
    private static Outcome.Refused? RefuseBody(HttpRequest request) => request.ContentLength > RequestLimits.BodyBytes ? RequestLimits.TooLarge : null;

    /// <summary>Lets pages of a configured origin read answers (CORS); true when the browser only asked whether it may.</summary>
    private static bool AnswerPage(HttpContext context, string origin)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Append("Vary", "Origin");
        headers.AccessControlExposeHeaders = "Retry-After, Idempotency-Replayed";
        if (!HttpMethods.IsOptions(context.Request.Method) || !context.Request.Headers.ContainsKey("Access-Control-Request-Method"))
        {
            return false;
        }

        headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE";
        headers.AccessControlAllowHeaders = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID";
        headers.AccessControlMaxAge = "600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }

    /// <summary>Who may not come in is told so in the words of the protocol that they speak, or as any request.</summary>
    private static async Task Refuse(HttpContext context, Outcome.Refused refused, SpokenRefusals spoken)
    {
        if (!await spoken.TryTell(context, refused))
        {
            await Refuse(context, refused);
        }
    }

    private static Task Refuse(HttpContext context, Outcome.Refused refused) => Problem.Of(refused).ExecuteAsync(context);

    /// <summary>Marks a HEAD while its route is looked for, which is the one of GET; the web server sends no body to a HEAD, whatever is answered.</summary>
    private sealed class HeadOfGet
    {
        public static readonly HeadOfGet Mark = new();
    }
}

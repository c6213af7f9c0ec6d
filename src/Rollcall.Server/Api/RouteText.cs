using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Rollcall.Server.Api;

/// <summary>
/// Reads what an address names as it was meant. The server leaves a <c>%2F</c> in it, which does not part anything; as by then a
/// <c>%252F</c> looks the same, what has a <c>%</c> is taken from the address as it was sent.
/// </summary>
public static class RouteText
{
    /// <summary>Stands behind the routing.</summary>
    public static void UseRouteText(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.GetEndpoint() is RouteEndpoint { RoutePattern: var pattern })
        {
            Read(context, pattern);
        }

        return next(context);
    });

    private static void Read(HttpContext context, RoutePattern pattern)
    {
        var values = context.Request.RouteValues;
        for (var i = 0; i < pattern.PathSegments.Count; i++)
        {
            if (pattern.PathSegments[i].Parts is [RoutePatternParameterPart { IsCatchAll: false, Name: var name }]
                && values[name] is string text && text.Contains('%', StringComparison.Ordinal))
            {
                var sent = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].TrimEnd('/').Split('/');
                values[name] = Uri.UnescapeDataString(sent[^(pattern.PathSegments.Count - i)]);
            }
        }
    }
}

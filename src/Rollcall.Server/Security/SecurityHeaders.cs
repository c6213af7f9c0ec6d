using Microsoft.AspNetCore.Builder;

namespace Rollcall.Server.Security;

/// <summary>Says to browsers what no answer of the hub ever needs. What only a page can need is said with the page.</summary>
internal static class SecurityHeaders
{
    /// <summary>Field and value, of every answer.</summary>
    public static readonly IReadOnlyList<(string Name, string Value)> All = [("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Resource-Policy", "same-origin")];

    /// <summary>Adds them to the web server's answers.</summary>
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        foreach (var (name, value) in All)
        {
            context.Response.Headers[name] = value;
        }

        return next(context);
    });
}

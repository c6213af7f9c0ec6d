using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Server.Api;
using Rollcall.Server.Security;

namespace Rollcall.Server.Operations;

/// <summary>What the routes of this folder share: reading a JSON body, saying who asks, and refusing.</summary>
internal static class OperationsHttp
{
    /// <summary>The body as JSON, an empty one as an object without fields; or why it is refused, as where the key has ended while it came.</summary>
    public static async ValueTask<(JsonElement Json, IResult? Refused)> ReadJson(HttpContext context)
    {
        var text = await Body.Bytes(context.Request);
        if (context.RequestServices.GetRequiredService<Door>().RefuseEnded(context.Principal()) is { } ended)
        {
            return (default, Problem.Of(ended));
        }

        if (text.IsEmpty)
        {
            return (JsonElement.Parse("{}"u8), null);
        }

        if (Body.Unreadable(text.Span) is { } unreadable)
        {
            return (default, unreadable);
        }

        var json = JsonElement.Parse(text.Span);
        return (json, Body.Twice(json));
    }

    /// <summary>Who asks, for the audit log.</summary>
    public static string Who(HttpContext context) => context.Principal().Id;

    /// <summary>Fields that break rules.</summary>
    public static IResult Invalid(IReadOnlyDictionary<string, string> problems) =>
        Problem.Invalid(problems.ToDictionary(problem => problem.Key.Length == 0 ? "body" : problem.Key, problem => problem.Value));
}

using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Server.Api;
using Rollcall.Server.Security;

namespace Rollcall.Server.Operations;

/// <summary>What the routes of this folder share: reading a JSON body, saying who asks, and refusing.</summary>
internal static class OperationsHttp
{
    /// <summary>The body as JSON, an empty one as an object without fields; null when it is none.</summary>
    public static async ValueTask<JsonElement?> ReadJson(HttpContext context)
    {
        try
        {
            var text = await Body.Bytes(context.Request);
            return JsonElement.Parse(text.IsEmpty ? "{}"u8 : text.Span);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Who asks, for the audit log.</summary>
    public static string Who(HttpContext context) => context.Principal().Id;

    /// <summary>The body is not JSON.</summary>
    public static IResult NoJson() => Problem.Invalid("body", "must be JSON");

    /// <summary>Fields that break rules.</summary>
    public static IResult Invalid(IReadOnlyDictionary<string, string> problems) =>
        Problem.Invalid(problems.ToDictionary(problem => problem.Key.Length == 0 ? "body" : problem.Key, problem => problem.Value));
}

using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Operations;

/// <summary>What the routes of this folder share: reading a JSON body, saying who asks, and refusing.</summary>
internal static class OperationsHttp
{
    /// <summary>The body as JSON; null when it is none.</summary>
    public static async ValueTask<JsonElement?> ReadJson(HttpContext context)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Who asks, for the audit log.</summary>
    public static string Who(HttpContext context) => context.User.Identity?.Name ?? "local";

    /// <summary>The body is not JSON.</summary>
    public static IResult NoJson() => Problems.Of(ErrorCodes.InvalidRequest, "the body is not valid JSON");

    /// <summary>Fields that break rules.</summary>
    public static IResult Invalid(IReadOnlyDictionary<string, string> problems) => Results.Problem(
        detail: string.Join("; ", problems.Select(problem => $"{(problem.Key.Length == 0 ? "the body" : problem.Key)} {problem.Value}")),
        statusCode: StatusCodes.Status400BadRequest,
        extensions: new Dictionary<string, object?>
        {
            ["code"] = ErrorCodes.InvalidRequest,
            ["errors"] = problems.Where(problem => problem.Key.Length > 0).ToDictionary(problem => problem.Key, problem => new[] { problem.Value }),
        });
}

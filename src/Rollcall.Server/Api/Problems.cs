using Microsoft.AspNetCore.Http;
using Rollcall.Protocol;

namespace Rollcall.Server.Api;

/// <summary>Refusals as problem details (RFC 9457): the one place where a code becomes an HTTP status.</summary>
public static class Problems
{
    /// <summary>The refusal of a request.</summary>
    public static IResult Of(string code, string message, string? field = null) => Results.Problem(
        detail: message,
        statusCode: StatusOf(code),
        extensions: field is null
            ? new Dictionary<string, object?> { ["code"] = code }
            : new Dictionary<string, object?> { ["code"] = code, ["errors"] = new Dictionary<string, string[]> { [field] = [message] } });

    private static int StatusOf(string code) => code switch
    {
        ErrorCodes.InvalidRequest => 400,
        ErrorCodes.Unauthenticated => 401,
        ErrorCodes.Forbidden => 403,
        ErrorCodes.NotFound => 404,
        ErrorCodes.InvalidTransition or ErrorCodes.NoOwner or ErrorCodes.Conflict => 409,
        ErrorCodes.TooLarge => 413,
        ErrorCodes.RateLimited => 429,
        ErrorCodes.Unavailable => 503,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, null),
    };
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Api;

/// <summary>Makes short-lived tokens from keys, so that a browser need not hold a key.</summary>
public static class TokensApi
{
    /// <summary>Where they are made.</summary>
    public const string Path = Wire.ApiPrefix + "/tokens";

    /// <summary>Long enough for a reload, short enough for a leak.</summary>
    private const int DefaultSeconds = 15 * 60;

    private const int MaxSeconds = 60 * 60;

    /// <summary>Maps it.</summary>
    public static void MapTokens(this IEndpointRouteBuilder app) =>
        app.MapPost(Path, Make).WithMetadata(new SecretAnswer())
        .Accepts<TokenRequest>(true, "application/json").WithTags("tokens").WithSummary("A short-lived token, from a key");

    private static async Task<Results<Ok<TokenAnswer>, Problem>> Make(HttpContext http, Tokens tokens, TimeProvider time)
    {
        var (body, problem) = await Body.Read<TokenRequest>(http.Request);
        if (problem is not null)
        {
            return problem;
        }

        var principal = http.Principal();
        if (principal.ByToken)
        {
            return new Problem(ErrorCodes.Forbidden, "a token does not make tokens: present the key");
        }

        var scopes = ScopeNames.Parse(body!.Scopes ?? ScopeNames.Of(principal.Scopes)) ?? Scopes.None;
        if (Wrong(body, scopes) is { Count: > 0 } wrong)
        {
            return Problem.Invalid(wrong);
        }

        if ((scopes & ~principal.Scopes) != 0 || body.Projects?.All(principal.Sees) == false)
        {
            return new Problem(ErrorCodes.Forbidden, "a token cannot do more than its key");
        }

        var expires = time.GetUtcNow().AddSeconds(body.LifetimeSeconds ?? DefaultSeconds);
        var projects = body.Projects?.ToHashSet(StringComparer.Ordinal) ?? principal.Projects;
        var made = principal with { Scopes = scopes, Projects = projects, ExpiresAt = principal.ExpiresAt < expires ? principal.ExpiresAt : expires };
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new TokenAnswer(tokens.Issue(made), made.ExpiresAt!.Value, ScopeNames.Of(scopes), projects?.ToArray()));
    }

    /// <summary>The rule that each field breaks.</summary>
    private static Dictionary<string, string> Wrong(TokenRequest body, Scopes scopes)
    {
        var wrong = new Dictionary<string, string>();
        if (scopes == Scopes.None)
        {
            wrong.Add("scopes", $"must name one or more of {ScopeNames.List}; leave it out for those of the key");
        }

        if (body.Projects is { } named && (named.Count == 0 || named.Any(string.IsNullOrEmpty)))
        {
            wrong.Add("projects", "must name one or more projects; leave it out for those of the key");
        }

        if (body.LifetimeSeconds is < 1 or > MaxSeconds)
        {
            wrong.Add("lifetime_seconds", $"must be from 1 to {MaxSeconds}");
        }

        return wrong;
    }
}

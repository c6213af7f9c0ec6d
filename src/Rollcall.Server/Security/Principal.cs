using Microsoft.AspNetCore.Http;
using Rollcall.Core.Sessions;

namespace Rollcall.Server.Security;

/// <summary>Who asks: a key, or anybody on the hub's own machine while it is open there. Immutable.</summary>
/// <param name="Id">The key's id, or <c>local</c>.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Projects">Whose sessions it may see and report; null for all.</param>
/// <param name="ExpiresAt">When what it presented stops being valid, UTC; null for never.</param>
/// <param name="ByToken">Whether it presented a short-lived token instead of a key.</param>
public sealed record Principal(
    string Id, Scopes Scopes, IReadOnlySet<string>? Projects = null, DateTimeOffset? ExpiresAt = null, bool ByToken = false)
{
    /// <summary>Anybody on the hub's own machine.</summary>
    public static readonly Principal Local = new("local", Scopes.All);

    /// <summary>What its key was when it was presented (<see cref="Key.Print"/>); null where there is none.</summary>
    public string? KeyPrint { get; init; }

    /// <summary>Equal for whoever may do exactly the same in the same name, since all tokens of a key share its id.</summary>
    public string Identity => Joined([Id, string.Join(',', ScopeNames.Of(Scopes)), $"{Projects?.Count}", .. (IEnumerable<string>?)Projects?.Order(StringComparer.Ordinal) ?? []]);

    /// <summary>Whether it may see only the sessions of some projects, and so nothing of the whole fleet.</summary>
    public bool IsLimited => Projects is not null;

    /// <summary>Whether the token that it presented has expired; a key's own expiry is the key ring's business.</summary>
    public bool HasExpiredAt(DateTimeOffset now) => ByToken && ExpiresAt <= now;

    /// <summary>Whether it may see, and report, the sessions of a project.</summary>
    public bool Sees(string? project) => Projects.Sees(project);

    /// <summary>Parts as one text, each with its length, so that none runs into another.</summary>
    internal static string Joined(IEnumerable<string?> parts) => string.Concat(parts.Select(part => $"{part?.Length}:{part}"));
}

/// <summary>Who asks, on the request.</summary>
public static class PrincipalOnRequest
{
    /// <summary>Who asks. Only for endpoints that the access table does not leave to everyone.</summary>
    public static Principal Principal(this HttpContext context) =>
        context.Features.Get<Principal>() ?? throw new InvalidOperationException("the request passed no door");
}

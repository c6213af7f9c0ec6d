namespace Rollcall.Protocol;

/// <summary>The stable codes of refusals, the same over HTTP, sockets and batches.</summary>
public static class ErrorCodes
{
    /// <summary>A field is missing or wrong; HTTP 400.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>No key, or one that is unknown, expired or revoked; HTTP 401.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>The key does not reach so far, or the request comes from a foreign origin; HTTP 403.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>There is no such thing; HTTP 404.</summary>
    public const string NotFound = "not_found";

    /// <summary>The status table does not allow it; HTTP 409.</summary>
    public const string InvalidTransition = "invalid_transition";

    /// <summary>No program owns the session, so that nobody could act on it; HTTP 409.</summary>
    public const string NoOwner = "no_owner";

    /// <summary>It contradicts what is there; HTTP 409.</summary>
    public const string Conflict = "conflict";

    /// <summary>Larger than the limit; HTTP 413.</summary>
    public const string TooLarge = "too_large";

    /// <summary>More than the limit allows in this time; HTTP 429 with <c>Retry-After</c>.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>Not now; nothing was changed, unless the message says otherwise; HTTP 503 with <c>Retry-After</c>.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>A fault of the hub itself, which its log describes; whether anything was changed is not known; HTTP 500.</summary>
    public const string Internal = "internal";
}

using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Api;

/// <summary>A refusal as HTTP tells it: problem details (RFC 9457) with a stable code. The one place that maps codes to statuses.</summary>
public sealed class Problem(string code, string detail, IReadOnlyDictionary<string, string>? errors = null, int? status = null)
    : IResult, IEndpointMetadataProvider
{
    /// <summary>The type of its answer.</summary>
    internal const string ContentType = "application/problem+json";

    /// <summary>That nobody is to keep it.</summary>
    internal const string CacheControl = "no-store";

    /// <summary>What the hub calls a session's id.</summary>
    private const string SessionId = "session_id";

    /// <summary>Seconds after which what is refused for now may be tried again.</summary>
    private const string RetryAfterSeconds = "1";

    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status ?? StatusOf(code);

    /// <summary>What is wrong, for people.</summary>
    public string Detail => detail;

    /// <summary>The field, and its value, that says what to do about it; null when there is nothing to say.</summary>
    internal (string Name, string Value)? Hint => Status switch
    {
        429 or 503 => ("Retry-After", RetryAfterSeconds),
        401 => ("WWW-Authenticate", "Bearer"),
        _ => null,
    };

    /// <summary>The fields at fault.</summary>
    public IEnumerable<string> Fields => errors?.Keys ?? [];

    /// <summary>The hub's refusal.</summary>
    public static Problem Of(Outcome.Refused refused) => new(
        refused.Code, refused.Message, refused.Errors ?? (refused is { Code: ErrorCodes.InvalidRequest, Field: { } field } ? Single(field, Rule(field, refused.Message)) : null));

    /// <summary>The hub's refusal, on a route that has a name of its own for the session's id.</summary>
    public static Problem OfNamed(string id, Outcome.Refused refused) => refused.Field != SessionId ? Of(refused)
        : refused.Errors is { } errors ? Invalid(errors.ToDictionary(error => error.Key == SessionId ? id : error.Key, error => error.Value))
        : Invalid(id, Rule(SessionId, refused.Message));

    /// <summary>A field that breaks a rule.</summary>
    public static Problem Invalid(string field, string rule) => new(ErrorCodes.InvalidRequest, $"{field} {rule}", Single(field, rule));

    /// <summary>Fields that break rules.</summary>
    public static Problem Invalid(IReadOnlyDictionary<string, string> errors) =>
        new(ErrorCodes.InvalidRequest, string.Join("; ", errors.Select(error => $"{error.Key} {error.Value}")), errors);

    /// <summary>There is no such thing.</summary>
    public static Problem NotFound(string detail) => new(ErrorCodes.NotFound, detail);

    /// <summary>The status of a code.</summary>
    public static int StatusOf(string code) => code switch
    {
        ErrorCodes.InvalidRequest => 400,
        ErrorCodes.Unauthenticated => 401,
        ErrorCodes.Forbidden => 403,
        ErrorCodes.NotFound => 404,
        ErrorCodes.InvalidTransition or ErrorCodes.NoOwner or ErrorCodes.Conflict => 409,
        ErrorCodes.TooLarge => 413,
        ErrorCodes.RateLimited => 429,
        ErrorCodes.Unavailable => 503,
        _ => 500,
    };

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = CacheControl;
        if (Hint is var (name, value))
        {
            response.Headers[name] = value;
        }

        // Who is refused waits for nobody: without this, one who goes on asking would keep the thread.
        if (SocketThreads.MayBeCurrent)
        {
            await Task.Yield();
        }

        await response.Body.WriteAsync(ToJson());
    }

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(400, typeof(ProblemBody), [ContentType]));

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new ProblemBody("about:blank", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(Status), Status, detail, code, errors?.ToDictionary(error => error.Key, error => new[] { error.Value })),
        ApiJson.Default.ProblemBody);

    private static Dictionary<string, string> Single(string field, string rule) => new() { [field] = rule };

    private static string Rule(string field, string message) =>
        message.StartsWith(field + " ", StringComparison.Ordinal) ? message[(field.Length + 1)..] : message;
}

/// <summary>Problem details on the wire.</summary>
/// <param name="Type">Always <c>about:blank</c>: the code says which problem it is.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What is wrong, for people.</param>
/// <param name="Code">What is wrong, for programs.</param>
/// <param name="Errors">Which fields break which rules.</param>
public sealed record ProblemBody(
    string Type, string Title, int Status, string Detail, string Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors = null);

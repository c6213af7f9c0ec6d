using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Api;

/// <summary>
/// <c>Idempotency-Key</c> on any POST: the same key within 24 h gets the same answer and changes nothing, over a restart,
/// too; only who may do exactly the same gets it. A crash between the change and its answer is covered by the hub's receipts.
/// </summary>
public static class Idempotency
{
    internal const string Header = "Idempotency-Key";

    /// <summary>Characters of a key.</summary>
    private const int MaxLength = 255;

    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    /// <summary>Stands between the door and the endpoints; what is no route is left alone.</summary>
    public static void UseIdempotency(this WebApplication app) => app.Use(Recognise);

    private static Task Recognise(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        return HttpMethods.IsPost(request.Method) && request.Headers.TryGetValue(Header, out var given)
            && context.GetEndpoint() is RouteEndpoint route && route.Metadata.GetMetadata<SecretAnswer>() is null
            ? AnswerOnce(context, next, route, given)
            : next(context);
    }

    private static async Task AnswerOnce(HttpContext context, RequestDelegate next, RouteEndpoint route, StringValues given)
    {
        var request = context.Request;
        if (given is not [{ Length: >= 1 and <= MaxLength } name] || name.Any(c => c is < '!' or > '~'))
        {
            await Problem.Invalid(Header, $"must be given once, as 1 to {MaxLength} visible ASCII characters").ExecuteAsync(context);
            return;
        }

        var services = context.RequestServices;
        var (log, time) = (services.GetRequiredService<ILog>(), services.GetRequiredService<TimeProvider>());
        var key = KeyOf(context.Principal(), route.RoutePattern, request.RouteValues, name);
        var body = await Body.Bytes(request);
        var hash = SHA256.HashData(body.Span);
        using var turn = await services.GetRequiredService<KeyedLock>().Take(key, context.RequestAborted);
        if (services.GetRequiredService<Door>().RefuseEnded(context.Principal()) is { } ended)
        {
            await Problem.Of(ended).ExecuteAsync(context);
            return;
        }

        if (await log.FindAnswer(key) is { } known && time.GetUtcNow() - known.Time < KeptFor)
        {
            await Repeat(context, route, body, KeptAnswer.Of(known), hash);
            return;
        }

        context.Features.Set<IRequestBodyPipeFeature>(new WholeBody(PipeReader.Create(new ReadOnlySequence<byte>(body))));
        context.Features.Set(new ReceiptKey(key));
        var answer = await Capture(context, next, hash);
        // The same request with another token, or later, may be answered otherwise.
        if (answer.Status is not (401 or 429 or >= 500))
        {
            await log.SaveAnswer(key, answer.ToStored(time.GetUtcNow()));
        }

        await answer.Write(context);
    }

    /// <summary>
    /// By what the same request of the same caller is known again: who asks, and what they may do; the route with its values,
    /// however its path is written; the name.
    /// </summary>
    private static string KeyOf(Principal principal, RoutePattern route, RouteValueDictionary values, string name)
    {
        var text = principal.Identity + Principal.Joined([route.RawText, .. route.Parameters.Select(parameter => values[parameter.Name]?.ToString()), name]);
        return $"http/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
    }

    private static async Task Repeat(HttpContext context, RouteEndpoint route, ReadOnlyMemory<byte> body, KeptAnswer answer, byte[] hash)
    {
        if (!answer.RequestHash.Span.SequenceEqual(hash))
        {
            await new Problem(ErrorCodes.Conflict, $"this {Header} was used for another request").ExecuteAsync(context);
            return;
        }

        if (answer.Status is >= 200 and < 300 && route.Metadata.GetMetadata<Repeated>() is { } report)
        {
            await report.Hear(context, body, answer);
        }

        context.Response.Headers["Idempotency-Replayed"] = "true";
        await answer.Write(context);
    }

    private static async Task<KeptAnswer> Capture(HttpContext context, RequestDelegate next, byte[] hash)
    {
        var response = context.Response;
        var original = response.Body;
        using var buffer = new MemoryStream();
        response.Body = buffer;
        try
        {
            await next(context);
            await response.BodyWriter.FlushAsync();
        }
        finally
        {
            response.Body = original;
        }

        return new KeptAnswer(response.StatusCode, response.ContentType, response.Headers.Location, hash, buffer.ToArray());
    }

    /// <summary>What has been read, for the endpoint to read: whole at once.</summary>
    private sealed record WholeBody(PipeReader Reader) : IRequestBodyPipeFeature;
}

/// <summary>Marks a route whose answer is a secret: it is never stored.</summary>
internal sealed class SecretAnswer;

/// <summary>An answer as it is kept: what was answered, and to which request.</summary>
internal sealed record KeptAnswer(int Status, string? ContentType, string? Location, ReadOnlyMemory<byte> RequestHash, ReadOnlyMemory<byte> Body)
{
    /// <summary>Reads what was stored: the request's hash, the length of the location (2 bytes), the location, the body.</summary>
    public static KeptAnswer Of(StoredAnswer stored)
    {
        var bytes = stored.Body.AsMemory();
        var hash = bytes[..SHA256.HashSizeInBytes];
        var length = BitConverter.ToUInt16(bytes.Span[hash.Length..]);
        var location = bytes.Slice(hash.Length + 2, length);
        return new(stored.Status, stored.ContentType, length == 0 ? null : Encoding.UTF8.GetString(location.Span), hash, bytes[(hash.Length + 2 + length)..]);
    }

    public StoredAnswer ToStored(DateTimeOffset now)
    {
        var location = Encoding.UTF8.GetBytes(Location ?? "");
        return new(Status, ContentType, [.. RequestHash.Span, .. BitConverter.GetBytes((ushort)location.Length), .. location, .. Body.Span], now);
    }

    public async Task Write(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        if (ContentType == Problem.ContentType)
        {
            response.Headers.CacheControl = Problem.CacheControl;
        }

        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        // An answer without content, such as 204, may not say how long it is.
        if (!Body.IsEmpty)
        {
            response.ContentLength = Body.Length;
            await response.Body.WriteAsync(Body);
        }
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Rollcall.Protocol;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Api;

/// <summary>
/// Which requests are handled on the thread that read them (<see cref="SocketThreads"/>): a session's own small reports, which are
/// checked and queued within microseconds and then wait for the writer elsewhere. All others may read the log, or much JSON. Under
/// TLS one record may hold hundreds of requests: each goes behind whatever waits in the pool (docs/decisions/0025).
/// </summary>
internal static class Placement
{
    private const string Sessions = Wire.ApiPrefix + "/sessions/";

    /// <summary>Bytes of a body that are parsed in no time.</summary>
    internal const int SmallBody = 4096;

    private static readonly string[] Reports = ["/status", "/heartbeat", "/usage", "/output", "/tasks", "/complete"];

    /// <summary>Stands before everything else.</summary>
    public static void UsePlacement(this WebApplication app) => app.Use((context, next) =>
        IsToGoBehind(context.Request) ? GoBehind(context, next) : next(context));

    private static bool IsToGoBehind(HttpRequest request) => request.IsHttps || (SocketThreads.MayBeCurrent && !IsSmallReport(request));

    /// <summary>One with a key by which it is recognised later is not: that is looked up in the log.</summary>
    private static bool IsSmallReport(HttpRequest request) =>
        request.ContentLength <= SmallBody && IsReport(request.Method, request.Path.Value ?? "") && !request.Headers.ContainsKey(Idempotency.Header);

    private static bool IsReport(string method, string path) => path.StartsWith(Sessions, StringComparison.Ordinal)
        && (HttpMethods.IsPost(method) ? Array.Exists(Reports, report => path.EndsWith(report, StringComparison.Ordinal))
            : HttpMethods.IsPatch(method) && path.IndexOf('/', Sessions.Length) < 0);

    private static async Task GoBehind(HttpContext context, RequestDelegate next)
    {
        await Task.Yield();
        await next(context);
    }
}

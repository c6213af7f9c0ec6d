using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Api;

/// <summary>Answers whatever fails on the way with problem details, and logs what is a bug. A connection knows of its requests by it.</summary>
public static partial class ProblemMiddleware
{
    /// <summary>Stands before everything else.</summary>
    public static void UseProblems(this WebApplication app) => app.Use(Guard);

    private static async Task Guard(HttpContext context, RequestDelegate next)
    {
        var connection = context.Features.Get<ServedConnection>();
        connection?.Begin();
        try
        {
            await next(context);
            // The routing's own refusals have no words.
            if (context.Response is { StatusCode: 405 or 415, HasStarted: false } && context.GetEndpoint() is not RouteEndpoint)
            {
                await Explain(context).ExecuteAsync(context);
            }
        }
        catch (Exception gone) when (IsGone(context, gone))
        {
            // Nobody waits for an answer, and there is no rest of a body to be read.
            context.Abort();
            if (gone is BadHttpRequestException)
            {
                // The web server's own word for it, by which it reads no more of the connection.
                throw;
            }
        }
#pragma warning disable CA1031 // Every failure gets an answer.
        catch (Exception failure) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            context.Response.ContentLength = null;
            await Explain(context, failure).ExecuteAsync(context);
        }
        finally
        {
            connection?.End();
        }
    }

    private static Problem Explain(HttpContext context)
    {
        var (status, headers) = (context.Response.StatusCode, context.Response.Headers);
        if (status == 415)
        {
            return new(ErrorCodes.InvalidRequest, "the body must be sent as application/json" + (context.Request.Path == BatchApi.Path ? " or application/x-ndjson" : ""), status: status);
        }

        // HEAD is taken wherever GET is.
        headers.Allow = headers.Allow.ToString().Replace("GET", "GET, HEAD", StringComparison.Ordinal);
        return new(ErrorCodes.InvalidRequest, $"{context.Request.Method} is not allowed here", status: status);
    }

    /// <summary>Whether it failed because the client has gone: over HTTP/2 its body then ends with an exception of no kind of its own.</summary>
    private static bool IsGone(HttpContext context, Exception failure) =>
        failure is ConnectionResetException || (failure is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested);

    private static Problem Explain(HttpContext context, Exception failure)
    {
        if (failure is BadHttpRequestException bad)
        {
            return bad.StatusCode switch
            {
                413 => Problem.Of(RequestLimits.TooLarge),
                429 => new(ErrorCodes.RateLimited, bad.Message),
                503 => new(ErrorCodes.Unavailable, bad.Message),
                _ => new(ErrorCodes.InvalidRequest, bad.Message, status: bad.StatusCode),
            };
        }

        if (failure is IOException { InnerException: OverflowException })
        {
            // The web server's word for a chunk whose size is no number.
            return new(ErrorCodes.InvalidRequest, "the body's chunks are not well-formed");
        }

        var logger = context.RequestServices.GetRequiredService<ILogger<Problem>>();
        RequestFailed(logger, context.Request.Method, context.Request.Path, failure);
        return failure is IOException or DbException or InvalidDataException or VersionConflictException
            ? new(ErrorCodes.Unavailable, Reads(context.Request.Method) ? "the log could not be read" : "the log could not be read or written; whether anything was changed is not known")
            : new(ErrorCodes.Internal, "something went wrong in the hub; its log says what");
    }

    private static bool Reads(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void RequestFailed(ILogger logger, string method, string path, Exception failure);
}

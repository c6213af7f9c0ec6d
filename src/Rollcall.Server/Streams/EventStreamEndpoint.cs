using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Security;

namespace Rollcall.Server.Streams;

/// <summary><c>GET /events/stream?topics=sessions,metrics</c>: the same events as the socket, with the same cursor.</summary>
public static class EventStreamEndpoint
{
    private const int MaxTopics = 128;

    /// <summary>Maps the stream.</summary>
    public static IEndpointRouteBuilder MapEventStream(this IEndpointRouteBuilder endpoints)
    {
        var codec = new SseCodec(endpoints.ServiceProvider.GetRequiredService<ILog>().Epoch);
        endpoints.MapGet("/api/v1/events/stream", (HttpContext context, SessionHub hub, Door door, ConnectionLimits limits, KeyHolders holders) =>
            Serve(context, new StreamParts(hub, door, limits, holders, codec)))
            .WithName("StreamEvents")
            .WithSummary("Streams events as server-sent events, from a cursor on");
        return endpoints;
    }

    private static async Task<IResult> Serve(HttpContext context, StreamParts parts)
    {
        var principal = context.Principal();
        var names = context.Request.Query["topics"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var topics = new List<Topic>();
        foreach (var name in names.Distinct())
        {
            if (Topic.Parse(name) is not { } topic)
            {
                return Problem.Invalid("topics", $"names {name}, which is not a topic");
            }

            if (await parts.Door.Allows(principal, topic, owner: false) is { } refused)
            {
                return Problem.Of(refused);
            }

            if (topic.Kind == TopicKind.Session && await parts.Door.Find(principal, topic.Subject) is null)
            {
                return Problem.NotFound($"session {topic.Subject} does not exist");
            }

            topics.Add(topic);
        }

        if (topics.Count is 0 or > MaxTopics)
        {
            return Problem.Invalid("topics", $"must name 1 to {MaxTopics} topics, separated by commas");
        }

        var (lease, full) = parts.Limits.Enter(context.Connection.RemoteIpAddress, principal);
        using (lease)
        {
            if (full is not null)
            {
                return Problem.Of(full);
            }

            await Stream(context, parts, principal, new Selection(topics, null, principal.Projects));
            return Results.Empty;
        }
    }

    private static async Task Stream(HttpContext context, StreamParts parts, Principal principal, Selection selection)
    {
        var (fanout, codec) = (parts.Hub.Fanout, parts.Codec);
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await response.StartAsync();

        var transport = new SseTransport(response.Body, context.Abort);
        var outlet = fanout.Open(transport);
        var attachment = fanout.Attach(outlet, selection, codec, null, Cursor(context.Request, codec.Epoch));
        try
        {
            using var holder = parts.Holders.Hold(principal, () => outlet.Close(1008, "the key was revoked or has expired"));
            if (!attachment.Resumed)
            {
                outlet.Send([.. codec.Resync(attachment.Subscription, await fanout.Describe(attachment))]);
            }

            if (fanout.Aggregate(attachment) is { } aggregate)
            {
                outlet.Send(aggregate);
            }

            outlet.Start(attachment.Subscription);
            await transport.Ended.WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client is gone.
        }
        finally
        {
            outlet.Stop(attachment.Subscription);
            outlet.Dispose();
        }
    }

    /// <summary>Reads <c>Last-Event-ID: k3f9-812</c>; null when it is missing or of another epoch.</summary>
    private static long? Cursor(HttpRequest request, string epoch)
    {
        var id = request.Headers["Last-Event-ID"].ToString();
        return id.StartsWith(epoch + "-", StringComparison.Ordinal) && long.TryParse(id.AsSpan(epoch.Length + 1), out var seq) ? seq : null;
    }

    /// <summary>What every stream needs of its surroundings.</summary>
    private sealed record StreamParts(SessionHub Hub, Door Door, ConnectionLimits Limits, KeyHolders Holders, SseCodec Codec);
}

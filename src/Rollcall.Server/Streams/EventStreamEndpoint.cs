using System.Globalization;
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
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Streams;

/// <summary><c>GET /events/stream?topics=sessions,metrics</c>: the same events as the socket, with the same cursor.</summary>
public static class EventStreamEndpoint
{
    private const int MaxTopics = 128;

    /// <summary>Maps the stream.</summary>
    public static IEndpointRouteBuilder MapEventStream(this IEndpointRouteBuilder endpoints)
    {
        var codec = new SseCodec(endpoints.ServiceProvider.GetRequiredService<ILog>().Epoch);
        endpoints.MapGet("/api/v1/events/stream", (HttpContext context, SessionHub hub, ILog log, Door door, RollcallOptions options) =>
            Serve(context, hub, log, door, options, codec)).WithQuery(
                new("topics", $"The topics, separated by commas; with those of topic 1 to {MaxTopics}."),
                new("topic", "One topic as it stands, also with a comma in it; may repeat."));
        return endpoints;
    }

    private static async Task<IResult> Serve(HttpContext context, SessionHub hub, ILog log, Door door, RollcallOptions options, SseCodec codec)
    {
        var principal = context.Principal();
        var topics = new List<Topic>();
        var names = Names(context.Request.Query).DistinctBy(named => named.Name).ToList();

        // One session that retention removed meanwhile is no reason for who comes back to lose all else: its state is that there is none. Who may
        // not see every project would hear when one begins that they may not see.
        var goesOn = names.Count > 1 && principal.Projects is null && Cursor(context.Request, log.Epoch) <= hub.View.Seq;
        foreach (var (field, name) in names)
        {
            if (Topic.Parse(name) is not { } topic)
            {
                return Problem.Invalid(field, $"names {name}, which is not a topic");
            }

            if (Door.Allows(principal, topic, owner: false) is { } refused)
            {
                return Problem.Of(refused);
            }

            if (topic.Kind == TopicKind.Session && !goesOn && await door.Find(principal, topic.Subject) is null)
            {
                return Problem.NotFound($"session {topic.Subject} does not exist");
            }

            topics.Add(topic);
        }

        if (topics.Count is 0 or > MaxTopics)
        {
            return Problem.Invalid("topics", $"must name 1 to {MaxTopics} topics, separated by commas");
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            Begin(context.Response);
            return Results.Empty;
        }

        if (hub.Fanout.IsDraining)
        {
            // A browser that is answered anything but a stream never comes back.
            Begin(context.Response);
            await context.Response.Body.WriteAsync(codec.Farewell(Draining.ReconnectAfterMs(options)));
            return Results.Empty;
        }

        // In whichever order they are named.
        var selection = new Selection([.. topics.OrderBy(topic => topic.Name, StringComparer.Ordinal)], null, principal.Projects);
        if (!hub.Fanout.HasRoom(selection, codec))
        {
            return Problem.Of(new Outcome.Refused(ErrorCodes.RateLimited, "too many different combinations of topics are heard; one topic alone, or a socket, may be"));
        }

        if (door.Limits.TryEnter(context, principal) is not { } place)
        {
            return Problem.Of(new Outcome.Refused(ErrorCodes.RateLimited, "too many connections of this address or key are open"));
        }

        using (place)
        {
            await Stream(context, hub, log, door, principal, selection, codec);
        }

        return Results.Empty;
    }

    /// <summary>What is asked for, and in which field: a project's name may have a comma in it, and spaces around it.</summary>
    private static IEnumerable<(string Field, string Name)> Names(IQueryCollection query) =>
        query["topics"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(name => ("topics", name))
            .Concat(query["topic"].Select(name => ("topic", name ?? "")));

    private static async Task Stream(
        HttpContext context, SessionHub hub, ILog log, Door door, Principal principal, Selection selection, SseCodec codec)
    {
        var response = context.Response;
        Begin(response);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        RequestLimits.LetReadSlowly(context);

        // Who resumes may have nothing new to hear, but is to know at once that it is heard of.
        await response.Body.FlushAsync();

        var transport = new SseTransport(response.Body, context.Abort, TcpProgress.SocketOf(context));
        var outlet = hub.Fanout.Open(transport, codec);
        if (hub.Fanout.IsDraining)
        {
            // It came in as the draining began, which has perhaps not seen it.
            outlet.Abort();
        }

        var attachment = hub.Fanout.Attach(outlet, selection, codec, null, Cursor(context.Request, log.Epoch));
        try
        {
            using var revoked = door.WhenRevoked(principal, () => outlet.Expel(1008, Door.Revoked.Message));
            if (!attachment.Resumed)
            {
                var state = await hub.Fanout.Describe(attachment.Subscription).AsTask().WaitAsync(context.RequestAborted);
                outlet.Send([.. codec.Resync(attachment.Subscription, state)]);
            }
            else if (hub.Fanout.Aggregate(attachment) is { } aggregate)
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
            await transport.End();
        }
    }

    private static void Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>Reads <c>Last-Event-ID: k3f9-812</c>; null when it is missing, of another epoch, or not such an id.</summary>
    private static long? Cursor(HttpRequest request, string epoch)
    {
        var id = request.Headers["Last-Event-ID"].ToString();
        return id.StartsWith(epoch + "-", StringComparison.Ordinal) && long.TryParse(id.AsSpan(epoch.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : null;
    }
}

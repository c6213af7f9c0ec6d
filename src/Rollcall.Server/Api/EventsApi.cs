using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Streams;

namespace Rollcall.Server.Api;

/// <summary>The log over HTTP, in order, a page at a time.</summary>
public static class EventsApi
{
    /// <summary>Payload of a page: it ends with the event that reaches this, however many were asked for.</summary>
    private const long PageBytes = 1024 * 1024;

    /// <summary>Events that are read together for a key that may see only some of them.</summary>
    private const int AtOnce = 1000;

    /// <summary>So often it is read on for such a key: a page then ends, however few there are on it, and the next one goes on from there.</summary>
    private const int MostReads = 10;

    private static readonly QueryParameter[] Parameters =
    [
        new("after", "Events with a greater seq; 0 by default.", true),
        new("limit", "At most so many, 1 to 1000; 100 by default. A page of more than 1 MiB ends earlier.", true),
    ];

    private static readonly QueryParameter Wait =
        new("wait", "When there is none: wait for one so many seconds, 0 to 60; 0 by default.", true);

    /// <summary>Maps it.</summary>
    public static void MapEvents(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Wire.ApiPrefix).WithTags("events");
        api.MapGet("events", ReadAll).WithQuery([.. Parameters, Wait]).WithSummary("The log, in order");
        api.MapGet("sessions/{id}/events", ReadSession).WithQuery(Parameters).WithSummary("A session's events, in order");
    }

    /// <summary>The events after a cursor that somebody may see; the page tells where the next one begins.</summary>
    public static async ValueTask<EventPage> Read(SessionHub hub, ILog log, Principal principal, LogRange range, CancellationToken cancel)
    {
        var events = new List<LoggedEvent>();

        // What is durable and not told yet is for the next page: whoever joins with this one's cursor is to be resumed.
        var head = hub.View.Seq;
        var seq = range.After;
        var drained = false;
        var atOnce = principal.IsLimited ? AtOnce : range.Limit;
        var reads = 0;
        for (long bytes = 0; events.Count < range.Limit && bytes < PageBytes && !drained && reads < MostReads; reads++)
        {
            // What somebody may not see takes no room, but it is looked through.
            var page = await log.Read(range with { After = seq, UpTo = head, Limit = atOnce, ByteLimit = PageBytes }, cancel);
            drained = page.Count < atOnce && page.Sum(entry => (long)entry.Payload.Length) < PageBytes;
            foreach (var entry in page)
            {
                if (events.Count == range.Limit || bytes >= PageBytes)
                {
                    drained = false;
                    break;
                }

                seq = entry.Seq;
                if (principal.Sees(entry.Project))
                {
                    bytes += entry.Payload.Length;
                    events.Add(new LoggedEvent(entry.Event, JsonElement.Parse(entry.Payload)));
                }
            }
        }

        // A cursor that the hub never gave comes back to it.
        return new EventPage(events, drained ? head : seq, head, log.PrunedTo, log.OutputPrunedTo, log.Epoch);
    }

    /// <summary>Answers at once when there is something or more to be looked through, else when there is, else when the time is over or the hub stops. Who waits takes a place as a stream does. A HEAD, which is told no events, waits for none.</summary>
    private static async Task<Results<Ok<EventPage>, Problem>> ReadAll(HttpContext http, SessionHub hub, ILog log, LogTail tail, Door door, TimeProvider time)
    {
        var text = new QueryText(http.Request.Query);
        var range = Range(text);
        var wait = TimeSpan.FromSeconds(text.Number("wait", 0, 0, 60));
        if (text.Problem is { } problem)
        {
            return problem;
        }

        if (HttpMethods.IsHead(http.Request.Method))
        {
            wait = TimeSpan.Zero;
        }

        var principal = http.Principal();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        using var watch = wait > TimeSpan.Zero ? door.WhenRevoked(principal, over.Cancel) : null;
        IDisposable? place = null;
        try
        {
            for (var since = time.GetTimestamp(); ;)
            {
                var page = await Read(hub, log, principal, range, http.RequestAborted);
                var left = wait - time.GetElapsedTime(since);
                if (page.Events.Count > 0 || page.Seq < page.Head || left <= TimeSpan.Zero)
                {
                    return TypedResults.Ok(page);
                }

                if (tail.IsStopping)
                {
                    return Problem.Of(new Outcome.Refused(ErrorCodes.Unavailable, "the hub is about to restart; come back"));
                }

                if ((place ??= door.Limits.TryEnter(http, principal)) is null)
                {
                    return Problem.Of(new Outcome.Refused(ErrorCodes.RateLimited, "too many connections of this address or key are open"));
                }

                var grew = await tail.WaitBeyond(page.Seq, left, over.Token);
                if (over.IsCancellationRequested || !door.IsStillValid(principal))
                {
                    return Problem.Of(Door.Revoked);
                }

                if (!grew)
                {
                    return TypedResults.Ok(page);
                }

                range = range with { After = page.Seq };
            }
        }
        finally
        {
            place?.Dispose();
        }
    }

    private static async Task<Results<Ok<EventPage>, Problem>> ReadSession(string id, HttpContext http, SessionHub hub, ILog log, Door door)
    {
        if (!SessionIds.IsValid(id))
        {
            return Problem.Invalid("id", SessionIds.Rule);
        }

        var text = new QueryText(http.Request.Query);
        var range = Range(text);
        return text.Problem is { } problem ? problem
            : await door.Find(http.Principal(), id) is null ? Problem.NotFound($"session {id} does not exist")
            : TypedResults.Ok(await Read(hub, log, http.Principal(), range with { SessionId = id }, http.RequestAborted));
    }

    private static LogRange Range(QueryText text) => new(
        After: text.Number("after", 0, 0, long.MaxValue), Limit: (int)text.Number("limit", 100, 1, 1000));
}

using System.Data.Common;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Operations;

/// <summary>Whether the hub is alive, and whether it is ready: its log takes writes, and what is durable was told.</summary>
public sealed class Health(SessionHub hub, ILog log)
{
    /// <summary>A session that never is: asking for it goes all the way through the writer, and changes nothing.</summary>
    private const string Nobody = "rollcall.readiness";

    /// <summary>How long the writer may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Maps <c>/healthz</c> and <c>/readyz</c>.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => TypedResults.Ok(new HealthAnswer("ok"))).ExcludeFromDescription();
        app.MapGet("/readyz", async Task<Results<Ok<HealthAnswer>, JsonHttpResult<HealthAnswer>>> (Health health, TimeProvider time) =>
            await health.WhyNot(time) is { } reason
                ? TypedResults.Json(new HealthAnswer("unavailable", health.Seq, reason), ApiJson.Default.HealthAnswer, statusCode: 503)
                : TypedResults.Ok(new HealthAnswer("ok", health.Seq))).ExcludeFromDescription();
    }

    private long Seq => log.Head;

    /// <summary>Writes one receipt a minute, however often somebody asks: nobody fills the disk by asking.</summary>
    private async Task<string?> WhyNot(TimeProvider time)
    {
        var head = log.Head;
        try
        {
            var now = time.GetUtcNow();
            await log.SaveAnswer(string.Create(CultureInfo.InvariantCulture, $"readyz/{now:yyyy-MM-dd HH:mm}"), new StoredAnswer(200, null, [], now));
            var outcome = await hub.Probe(new Heartbeat { SessionId = Nobody }).AsTask().WaitAsync(Patience, time);
            return outcome is Outcome.Refused { Code: ErrorCodes.Unavailable } refused ? refused.Message
                : hub.View.Seq < head ? $"event {head} is durable, but only {hub.View.Seq} was told" : null;
        }
        catch (TimeoutException)
        {
            return $"the writer did not answer within {Patience.TotalSeconds:0} s";
        }
        catch (Exception failure) when (failure is IOException or DbException)
        {
            return failure.Message;
        }
    }
}

using System.Data.Common;
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
public sealed class Health
{
    /// <summary>A session that never is: asking for it goes all the way through the writer, and changes nothing.</summary>
    private const string Nobody = "rollcall.readiness";

    /// <summary>How long the disk may take, and the writer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>An answer holds so long: nobody keeps the disk busy by asking.</summary>
    private static readonly TimeSpan Holds = TimeSpan.FromSeconds(1);

    private readonly SessionHub _hub;
    private readonly ILog _log;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Task<string?>? _asked;
    private Task _proof = Task.CompletedTask;
    private long _askedAt;

    /// <summary>Asks nobody yet.</summary>
    public Health(SessionHub hub, ILog log, TimeProvider time)
    {
        (_hub, _log, _time) = (hub, log, time);
        hub.LogFailed += _ => Doubt();
    }

    /// <summary>Maps <c>/healthz</c> and <c>/readyz</c>.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => TypedResults.Ok(new HealthAnswer("ok"))).ExcludeFromDescription();
        app.MapGet("/readyz", async Task<Results<Ok<ReadyAnswer>, JsonHttpResult<ReadyAnswer>>> (Health health) =>
            await health.Ask() is { } reason
                ? TypedResults.Json(new ReadyAnswer("unavailable", health.Seq, reason), ApiJson.Default.ReadyAnswer, statusCode: 503)
                : TypedResults.Ok(new ReadyAnswer("ok", health.Seq))).ExcludeFromDescription();
    }

    private long Seq => _log.Head;

    /// <summary>Why the hub is not ready; null when it is.</summary>
    private Task<string?> Ask()
    {
        lock (_gate)
        {
            if (_asked is null || _time.GetElapsedTime(_askedAt) >= Holds)
            {
                (_asked, _askedAt) = (Task.Run(WhyNot), _time.GetTimestamp());
            }

            return _asked;
        }
    }

    /// <summary>A batch has failed: that the hub was ready holds no longer, nor what is being found out. That it was not does, also while one batch after the other fails.</summary>
    private void Doubt()
    {
        lock (_gate)
        {
            _asked = _asked is { IsCompletedSuccessfully: true, Result: not null } ? _asked : null;
        }
    }

    /// <summary>That the log takes writes, proved now, or when a disk that hangs goes on: it is not asked twice meanwhile.</summary>
    private Task Proof()
    {
        lock (_gate)
        {
            return _proof = _proof.IsCompleted ? Task.Run(() => _log.ProveWritable().AsTask()) : _proof;
        }
    }

    private async Task<string?> WhyNot()
    {
        var (head, late) = (_log.Head, "the log was not written");
        try
        {
            await Proof().WaitAsync(Patience, _time);
            late = "the writer did not answer";
            var outcome = await _hub.Probe(new Heartbeat { SessionId = Nobody }).AsTask().WaitAsync(Patience, _time);
            return outcome is Outcome.Refused { Code: ErrorCodes.Unavailable } refused ? refused.Message
                : _hub.View.Seq < head ? $"event {head} is durable, but only {_hub.View.Seq} was told" : null;
        }
        catch (TimeoutException)
        {
            return $"{late} within {Patience.TotalSeconds:0} s";
        }
        catch (Exception failure) when (failure is IOException or DbException)
        {
            return failure.Message;
        }
    }
}

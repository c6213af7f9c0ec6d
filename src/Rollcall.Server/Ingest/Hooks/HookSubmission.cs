using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>
/// Takes one hook: maps it, hands its commands to the hub, and waits for them to be durable for no longer than an
/// agent may be kept. Any thread may use it.
/// </summary>
internal sealed partial class HookSubmission(SubmitCommands submit, HookMemory memory, TimeProvider time, ILogger<HookSubmission> log)
{
    private static readonly Outcome.Refused Unavailable =
        new(ErrorCodes.Unavailable, "the hub cannot take reports just now; whether anything was changed is not known");

    /// <summary>The refusal that the reporter must hear of; null when there is none, or none yet.</summary>
    public async ValueTask<Outcome.Refused?> Take(HttpContext request, string agent, JsonElement payload, string? host)
    {
        var sender = request.Features.Get<Principal>()?.Identity ?? "";
        Task<Outcome.Refused?> carriedOut;
        lock (memory.Gate)
        {
            var result = HookMapping.Map(agent, payload, memory, time.GetUtcNow(), host is { Length: > 0 } ? host : null, sender);
            if (result.Refusal is not null)
            {
                return result.Refusal;
            }

            carriedOut = result.Late is { } late ? Ask(request, agent, late, result.Project) : CarryOut(request, agent, sender, result);
        }

        if (!carriedOut.IsCompleted)
        {
            using var stop = new CancellationTokenSource();
            await Task.WhenAny(carriedOut, Task.Delay(HookIngest.LongestWait, time, stop.Token));
            await stop.CancelAsync();
        }

        return carriedOut.IsCompleted ? await carriedOut : null;
    }

    private async Task<Outcome.Refused?> CarryOut(HttpContext request, string agent, string sender, HookResult result)
    {
        var session = result.Commands[0].SessionId;
        memory.Submitted(session, result.Trail!, sender);
        var (refused, outcomes) = await Submit(request, agent, session, result.Commands);
        memory.Answered(session, result.Trail!, refused is null ? AsOf(result.Trail!, outcomes) : null);
        return refused;
    }

    /// <summary>
    /// Nothing comes of late news. Whose session it was the hub is asked for who is limited to projects, unless it is known to be theirs: to be
    /// told that nothing came of it would tell them of a foreign session that has ended.
    /// </summary>
    private async Task<Outcome.Refused?> Ask(HttpContext request, string agent, Command late, string? project)
    {
        if (request.Features.Get<Principal>() is { IsLimited: true } principal && !principal.Sees(project))
        {
            return (await Submit(request, agent, late.SessionId, [late])).Refused;
        }

        LogLate(agent, late.SessionId);
        return null;
    }

    /// <summary>The session's last event when the hub took a hook; null when it took nothing, as of a session that has ended.</summary>
    /// <remarks>
    /// A hook that is repeated, by its <c>Idempotency-Key</c>, changes nothing: what it meant, which may be something else than it would mean
    /// now, is remembered since the first time, or was taken over from the session when the hub started. An end of which the hub knows no
    /// beginning counts, though: the beginning is on its way, and late.
    /// </remarks>
    internal static long? AsOf(Trail trail, IReadOnlyList<Outcome> outcomes) => outcomes.OfType<Outcome.Accepted>().LastOrDefault() switch
    {
        { Repeated: true } => null,
        { Seq: var seq } => seq,
        null => trail.Ended ? 0 : null,
    };

    private async Task<(Outcome.Refused? Refused, IReadOnlyList<Outcome> Outcomes)> Submit(
        HttpContext request, string agent, string session, IReadOnlyList<Command> commands)
    {
        try
        {
            var outcomes = await submit(request, commands);
            foreach (var refused in outcomes.OfType<Outcome.Refused>())
            {
                if (refused.Code is ErrorCodes.Unavailable or ErrorCodes.Forbidden or ErrorCodes.Unauthenticated)
                {
                    LogUnavailable(agent, session, refused.Message);
                    return (refused, outcomes);
                }

                LogRefused(agent, session, refused.Code, refused.Message);
                if (refused.Code is ErrorCodes.RateLimited or ErrorCodes.TooLarge)
                {
                    return (refused, outcomes);
                }
            }

            return (null, outcomes);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogFailed(e, agent, session);
            return (Unavailable, []);
        }
    }

    [LoggerMessage(LogLevel.Debug, "A hook of {Agent} for session {SessionId} changed nothing: {Code}: {Reason}")]
    private partial void LogRefused(string agent, string sessionId, string code, string reason);

    [LoggerMessage(LogLevel.Debug, "A hook of {Agent} for session {SessionId} came after its end, and changed nothing")]
    private partial void LogLate(string agent, string sessionId);

    [LoggerMessage(LogLevel.Warning, "A hook of {Agent} for session {SessionId} was lost: {Reason}")]
    private partial void LogUnavailable(string agent, string sessionId, string reason);

    [LoggerMessage(LogLevel.Error, "A hook of {Agent} for session {SessionId} was lost")]
    private partial void LogFailed(Exception failure, string agent, string sessionId);
}

using Microsoft.AspNetCore.Http;
using Rollcall.Core;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Api;

/// <summary>Takes commands from HTTP to the hub: past the door, with the request's idempotency key. What ends a session is audited. Safe from any thread.</summary>
public sealed class Intake(SessionHub hub, Door door, EndAudit ends)
{
    /// <summary>Gives one command.</summary>
    public ValueTask<Outcome> Submit(HttpContext http, Command command) => Submit(http.Principal(), command, http.Features.Get<ReceiptKey>()?.Key);

    /// <summary>Gives one command.</summary>
    /// <param name="principal">Who gives it.</param>
    /// <param name="command">The command.</param>
    /// <param name="receiptKey">A repeated request with the same key changes nothing; null for none.</param>
    /// <param name="isBrief">As in <see cref="SessionHub.Submit(Command, string?, IReadOnlySet{string}?, bool)"/>.</param>
    public ValueTask<Outcome> Submit(Principal principal, Command command, string? receiptKey = null, bool isBrief = false) =>
        door.Allows(principal, command) is { } refused ? new(refused)
        : EndAudit.CanEnd(command) ? SubmitEnd(principal, command, receiptKey)
        : hub.Submit(command, receiptKey, principal.Projects, isBrief);

    /// <summary>
    /// How many of a request's commands may be given now, and why no more. When the request may be sent again, all or none: its
    /// answer is kept, and what was too many would be so for good.
    /// </summary>
    public (int Allowed, Outcome.Refused? Refused) Allow(HttpContext http, int commands) =>
        door.AllowsMore(http.Principal(), commands, allOrNothing: http.Features.Get<ReceiptKey>() is not null);

    /// <summary>Gives commands in order, as many as <see cref="Allow"/> lets through; those that may not be given are refused in their place.</summary>
    public async ValueTask<IReadOnlyList<Outcome>> Submit(HttpContext http, IReadOnlyList<Command> commands)
    {
        var principal = http.Principal();
        var outcomes = commands.Select(command => (Outcome?)Door.AllowsKind(principal, command)).ToArray();
        var allowed = commands.Where((_, i) => outcomes[i] is null).ToList();
        if (allowed.Count > 0)
        {
            var answers = new Queue<Outcome>(await hub.Submit(allowed, http.Features.Get<ReceiptKey>()?.Key, principal.Projects));
            for (var i = 0; i < outcomes.Length; i++)
            {
                outcomes[i] ??= answers.Dequeue();
            }

            await ends.Note(principal, commands, outcomes!);
        }

        return outcomes!;
    }

    private async ValueTask<Outcome> SubmitEnd(Principal principal, Command command, string? receiptKey)
    {
        var outcome = await hub.Submit(command, receiptKey, principal.Projects).ConfigureAwait(false);
        await ends.Note(principal, command, outcome).ConfigureAwait(false);
        return outcome;
    }
}

/// <summary>By what the hub recognises this request when it is sent again.</summary>
public sealed record ReceiptKey(string Key)
{
    private const byte Version7 = 0x70;
    private const byte Variant = 0x80;

    /// <summary>
    /// An id that is the same whenever this request is sent, so that it never makes two things. In the form of a UUIDv7 as any that the hub makes, but
    /// its time is none: it is not known when the request was sent first.
    /// </summary>
    public string Derive(string what)
    {
        var id = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{what}/{Key}")).AsSpan(0, 16);
        id[6] = (byte)((id[6] & 0x0F) | Version7);
        id[8] = (byte)((id[8] & 0x3F) | Variant);
        return new Guid(id, bigEndian: true).ToString();
    }
}

/// <summary>Ids that the hub makes for a request.</summary>
public static class MadeIds
{
    /// <summary>A new session's id.</summary>
    public static string NewSession(this HttpContext http, TimeProvider time, int item = 0) =>
        http.Features.Get<ReceiptKey>() is { } receipt ? "session_" + receipt.Derive($"session {item}") : Core.Sessions.SessionIds.New(time.GetUtcNow());

    /// <summary>A new task's id.</summary>
    public static string NewTask(this HttpContext http, TimeProvider time, int item = 0) =>
        http.Features.Get<ReceiptKey>() is { } receipt ? receipt.Derive($"task {item}") : Guid.CreateVersion7(time.GetUtcNow()).ToString();
}

using System.Text;
using Microsoft.AspNetCore.Http;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Server.Security;

/// <summary>
/// Who comes in, and what they may do there: the one place that every transport asks. A refusal is a value; null
/// means leave. Safe from any thread.
/// </summary>
public sealed class Door(RollcallOptions options, Addresses addresses, KeyRing keys, Tokens tokens, SessionHub hub, ILog log)
{
    /// <summary>How the Phoenix client carries its <c>authToken</c>: <c>Sec-WebSocket-Protocol: phoenix, base64url.bearer.phx.cmxjXzE…</c></summary>
    private const string TokenProtocol = "base64url.bearer.phx.";

    private readonly bool _open = addresses.OnlyLoopback && !options.RequireKeys;

    /// <summary>Who sent a request. What is presented must be valid, even where nothing is needed.</summary>
    /// <returns>The principal, null for nobody; and why what was presented is refused.</returns>
    public (Principal? Principal, Outcome.Refused? Refused) Authenticate(HttpContext context)
    {
        var request = context.Request;
        string? credential = null;
        if (request.Headers.Authorization.ToString() is { Length: > 0 } authorization)
        {
            const string bearer = "Bearer ";
            credential = authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) ? authorization[bearer.Length..].Trim() : "";
        }

        credential ??= FromProtocol(request.Headers.SecWebSocketProtocol.ToString());
        if (credential is not null)
        {
            return AuthenticateToken(credential) is { } principal ? (principal, null)
                : (null, new(ErrorCodes.Unauthenticated, "the key or token is unknown, expired or revoked"));
        }

        return (_open && !IsForwarded(request) ? Principal.Local : null, null);
    }

    /// <summary>Who a key or a short-lived token stands for; null when it is not valid.</summary>
    public Principal? AuthenticateToken(string credential)
    {
        if (!credential.StartsWith(Tokens.Prefix, StringComparison.Ordinal))
        {
            return keys.Verify(credential)?.ToPrincipal();
        }

        return tokens.Read(credential) is { } principal && IsStillValid(principal) ? principal : null;
    }

    /// <summary>Whether who was let in before would be let in again: not revoked, not expired.</summary>
    public bool IsStillValid(Principal principal) => principal.Id == Principal.Local.Id ? _open : keys.Find(principal.Id) is not null;

    /// <summary>Why somebody may not join, resume or stream a topic; null when they may.</summary>
    /// <remarks>What they hear there must still be limited by <see cref="Selection.Projects"/>.</remarks>
    public async ValueTask<Outcome.Refused?> Allows(Principal principal, Topic topic, bool owner)
    {
        var access = AccessTable.Topics.FirstOrDefault(known => known.Kind == topic.Kind && known.Owner == owner)?.Access;
        if (access is null)
        {
            return new(ErrorCodes.InvalidRequest, "only the topic of a session can be owned", "role");
        }

        if (access.Refuse(principal) is { } refused)
        {
            return refused;
        }

        var seen = topic.Kind switch
        {
            TopicKind.Project => principal.Sees(topic.Subject),
            TopicKind.Session when principal.IsLimited => await Find(principal, topic.Subject) is not null,
            _ => true,
        };
        return seen ? null : new(ErrorCodes.Forbidden, $"the key is limited to projects, and {topic.Name} is not theirs");
    }

    /// <summary>Why somebody may not push an event on a topic they joined; null when they may.</summary>
    public static Outcome.Refused? AllowsPush(Principal principal, string name) => AccessTable.Push(name) is { } access
        ? access.Refuse(principal)
        : new Outcome.Refused(ErrorCodes.InvalidRequest, $"{name} is not an event that clients push");

    /// <summary>Why somebody may not give a command; null when they may. Looks at the session as it is now.</summary>
    public async ValueTask<Outcome.Refused?> Allows(Principal principal, Command command)
    {
        if (AccessTable.Of(command) is not { } access)
        {
            return new(ErrorCodes.InvalidRequest, "this command is not for clients", "type");
        }

        if (access.Refuse(principal) is { } refused)
        {
            return refused;
        }

        if (!principal.IsLimited || !SessionIds.IsValid(command.SessionId))
        {
            return null;
        }

        var session = await Session(command.SessionId);
        var project = session is null && command is CreateSession create ? Creation.ProjectOf(create) : session?.View.Project;
        return principal.Sees(project) ? null : Foreign();
    }

    /// <summary>The outcome as somebody may know it: never another project's session.</summary>
    public static Outcome Reveal(Principal principal, Outcome outcome) =>
        outcome is Outcome.Accepted { Session: { } session } && !principal.Sees(session.View.Project) ? Foreign() : outcome;

    /// <summary>A session, live or ended, if somebody may see it.</summary>
    public async ValueTask<Session?> Find(Principal principal, string id) =>
        await Session(id) is { } session && principal.Sees(session.View.Project) ? session : null;

    private async ValueTask<Session?> Session(string id) => hub.View.Live.GetValueOrDefault(id) ?? await log.Find(id);

    private static Outcome.Refused Foreign() => new(ErrorCodes.Forbidden, "the key is limited to projects, and the session is not of them");

    private static string? FromProtocol(string protocols)
    {
        var carried = protocols.Split(',', StringSplitOptions.TrimEntries).FirstOrDefault(name => name.StartsWith(TokenProtocol, StringComparison.Ordinal));
        if (carried is null)
        {
            return null;
        }

        var text = carried[TokenProtocol.Length..].Replace('-', '+').Replace('_', '/').TrimEnd('=');
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length) : "";
    }

    /// <summary>A request that came through a proxy is not one from the hub's own machine.</summary>
    private static bool IsForwarded(HttpRequest request) =>
        request.Headers.ContainsKey("X-Forwarded-For") || request.Headers.ContainsKey("Forwarded") || request.Headers.ContainsKey("X-Real-IP");
}

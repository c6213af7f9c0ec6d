using Microsoft.AspNetCore.Http;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Security;

/// <summary>
/// Who comes in, and what they may do there: the one place that every transport asks. A refusal is a value; null
/// means leave. Safe from any thread.
/// </summary>
public sealed class Door(
    RollcallOptions options, Addresses addresses, KeyRing keys, Tokens tokens, CommandLimits commandLimits, SessionHub hub, ILog log)
{
    private readonly bool _open = addresses.OnlyLoopback && !options.RequireKeys;

    /// <summary>How many sockets, streams and long polls that wait there may be.</summary>
    public ConnectionLimits Limits { get; } = new(options);

    /// <summary>Who sent a request. What is presented must be valid, even where nothing is needed.</summary>
    /// <returns>The principal, null for nobody; and why what was presented is refused.</returns>
    public (Principal? Principal, Outcome.Refused? Refused) Authenticate(HttpRequest request)
    {
        const string bearer = "Bearer ";
        var authorization = request.Headers.Authorization.ToString();
        var credential = authorization.Length == 0 ? Handshake.Token(request.Headers) ?? TokenInAddress(request)
            : authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) ? authorization[bearer.Length..].Trim()
            : "";
        var local = _open && !IsForwarded(request) ? Principal.Local : null;
        return credential is null || (local is not null && IsForeign(request, credential)) ? (local, null)
            : AuthenticateToken(credential) is { } principal ? (principal, null)
            : (null, new(ErrorCodes.Unauthenticated, "the key or token is unknown, expired or revoked"));
    }

    /// <summary>The token in the address of a client that cannot send it otherwise. A key is not looked for there: addresses end in logs.</summary>
    private static string? TokenInAddress(HttpRequest request) =>
        AccessTable.TokenInAddress.Contains(request.Path.Value ?? "") && request.Query[AccessTable.TokenField].ToString() is var token
            && token.StartsWith(Tokens.Prefix, StringComparison.Ordinal) ? token : null;

    /// <summary>Whether it is neither a key's form nor a token's, at an address where clients bring a token of their own server.</summary>
    private static bool IsForeign(HttpRequest request, string credential) =>
        !credential.StartsWith(Key.Prefix, StringComparison.Ordinal) && !credential.StartsWith(Tokens.Prefix, StringComparison.Ordinal)
        && AccessTable.ForeignTokens.Any(path => request.Path.StartsWithSegments(path));

    /// <summary>Who a key or a short-lived token stands for; null when it is not valid.</summary>
    public Principal? AuthenticateToken(string credential)
    {
        if (!credential.StartsWith(Tokens.Prefix, StringComparison.Ordinal))
        {
            return keys.Verify(credential);
        }

        return tokens.Read(credential) is { } principal && IsStillValid(principal) ? principal : null;
    }

    /// <summary>Whether who was let in before would be let in again: not revoked, not changed, not expired.</summary>
    public bool IsStillValid(Principal principal) =>
        ReferenceEquals(principal, Principal.Local) || keys.Honours(principal);

    /// <summary>The refusal of who was let in before, and would not be any more.</summary>
    public static Outcome.Refused Revoked { get; } = new(ErrorCodes.Unauthenticated, "the key was revoked or changed, or has expired");

    /// <summary>Calls back once, when somebody's key is revoked or changed, or what they presented expires; null when that cannot be.</summary>
    public IDisposable? WhenRevoked(Principal principal, Action revoked) =>
        ReferenceEquals(principal, Principal.Local) ? null : new RevocationWatch(keys, principal, revoked);

    /// <summary>Why somebody may not join, resume or stream a topic; null when they may.</summary>
    /// <remarks>Whether they see the session of a session's topic tells <see cref="Find"/>; what they hear on wider topics is limited by <see cref="Selection.Projects"/>.</remarks>
    public static Outcome.Refused? Allows(Principal principal, Topic topic, bool owner) =>
        AccessTable.Topic(topic.Kind, owner) is not { } access ? new(ErrorCodes.InvalidRequest, "role goes only with a session's topic", "role")
        : access.Refuse(principal) is { } refused ? refused
        : topic.Kind == TopicKind.Project && !principal.Sees(topic.Subject) ? Outcome.Foreign
        : null;

    /// <summary>Why somebody may not push an event on a topic they joined; null when they may. It counts as a command. Their key's end closes the socket.</summary>
    public Outcome.Refused? AllowsPush(Principal principal, string name) => AccessTable.Push(name) is { } access
        ? access.Refuse(principal) ?? commandLimits.Take(principal)
        : new Outcome.Refused(ErrorCodes.InvalidRequest, $"{name} is not an event that clients push");

    /// <summary>The refusal of who was let in with the head of a request, and would not be now that all of it has come; null when they would.</summary>
    public Outcome.Refused? RefuseEnded(Principal principal) => IsStillValid(principal) ? null : Revoked;

    /// <summary>
    /// Why a request may give no command at the moment: it came so slowly that its key has ended, or too many were given; null when it may. Asked
    /// once for each, when all of it has come.
    /// </summary>
    public Outcome.Refused? AllowsMore(Principal principal) => RefuseEnded(principal) ?? commandLimits.Take(principal);

    /// <summary>How many of some commands that come together may be given at the moment, and why no more. Asked once for all of them.</summary>
    public (int Allowed, Outcome.Refused? Refused) AllowsMore(Principal principal, int commands, bool allOrNothing) =>
        RefuseEnded(principal) is { } ended ? (0, ended)
        : !allOrNothing ? commandLimits.Take(principal, commands)
        : commandLimits.TakeAll(principal, commands) is { } refused ? (0, refused)
        : (commands, null);

    /// <summary>Why a command may not be given, whatever session it is about; null when it may. It counts as one.</summary>
    public Outcome.Refused? Allows(Principal principal, Command command) => AllowsMore(principal) ?? AllowsKind(principal, command);

    /// <summary>Why a command of this kind may not be given, however many there are; null when it may.</summary>
    /// <remarks>Whether the session is one of a limited key's is decided with the command: <see cref="ProjectLimit.Forbids"/>.</remarks>
    public static Outcome.Refused? AllowsKind(Principal principal, Command command) => AccessTable.Of(command) is { } access
        ? access.Refuse(principal)
        : new Outcome.Refused(ErrorCodes.InvalidRequest, "this command is not for clients", "type");

    /// <summary>A session, live or ended, if somebody may see it.</summary>
    public async ValueTask<Session?> Find(Principal principal, string id) =>
        await Session(id) is { } session && principal.Sees(session.View.Project) ? session : null;

    private async ValueTask<Session?> Session(string id)
    {
        if (hub.View.Live.GetValueOrDefault(id) is { } live)
        {
            return live;
        }

        if (SocketThreads.MayBeCurrent)
        {
            await Task.Yield();
        }

        var found = await log.Find(id);
        if (found is null || found.View.Seq <= hub.View.Seq)
        {
            return found;
        }

        // Durable, and told in a moment: who joined before that would be shown a session that is not there, and never hear how it began.
        await hub.Settle();
        return hub.View.Live.GetValueOrDefault(id) ?? await log.Find(id);
    }

    /// <summary>A request that came through a proxy is not one from the hub's own machine.</summary>
    private static bool IsForwarded(HttpRequest request) =>
        request.Headers.ContainsKey("X-Forwarded-For") || request.Headers.ContainsKey("Forwarded") || request.Headers.ContainsKey("X-Real-IP");
}

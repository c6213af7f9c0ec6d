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

    /// <summary>How many sockets and streams there may be.</summary>
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
            return keys.Verify(credential)?.ToPrincipal();
        }

        return tokens.Read(credential) is { } principal && IsStillValid(principal) ? principal : null;
    }

    /// <summary>Whether who was let in before would be let in again: not revoked, not expired.</summary>
    public bool IsStillValid(Principal principal) => principal.Id == Principal.Local.Id ? _open : keys.Find(principal.Id) is not null;

    /// <summary>The refusal of who was let in before, and would not be any more.</summary>
    public static Outcome.Refused Revoked { get; } = new(ErrorCodes.Unauthenticated, "the key was revoked or has expired");

    /// <summary>Calls back once, when somebody's key is revoked or what they presented expires; null when that cannot be.</summary>
    public IDisposable? WhenRevoked(Principal principal, Action revoked) =>
        principal.Id == Principal.Local.Id ? null : new RevocationWatch(keys, principal, revoked);

    /// <summary>Why somebody may not join, resume or stream a topic; null when they may.</summary>
    /// <remarks>Whether they see the session of a session's topic tells <see cref="Find"/>; what they hear on wider topics is limited by <see cref="Selection.Projects"/>.</remarks>
    public static Outcome.Refused? Allows(Principal principal, Topic topic, bool owner) =>
        AccessTable.Topic(topic.Kind, owner) is not { } access ? new(ErrorCodes.InvalidRequest, "role goes only with a session's topic", "role")
        : access.Refuse(principal) is { } refused ? refused
        : topic.Kind == TopicKind.Project && !principal.Sees(topic.Subject) ? Foreign()
        : null;

    /// <summary>Why somebody may not push an event on a topic they joined; null when they may. It counts as a command.</summary>
    public Outcome.Refused? AllowsPush(Principal principal, string name) => AccessTable.Push(name) is { } access
        ? access.Refuse(principal) ?? AllowsMore(principal)
        : new Outcome.Refused(ErrorCodes.InvalidRequest, $"{name} is not an event that clients push");

    /// <summary>Why somebody may give no command at the moment, because they have given too many; null when they may. Asked once for each.</summary>
    public Outcome.Refused? AllowsMore(Principal principal) => commandLimits.Take(principal);

    /// <summary>Why a command may not be given; null when it may. Looks at the session as it is now.</summary>
    public async ValueTask<Outcome.Refused?> Allows(Principal principal, Command command) =>
        Allows(principal, command, principal.IsLimited && SessionIds.IsValid(command.SessionId) ? await Session(command.SessionId) : null, null);

    /// <summary>Why each of some commands may not be given; null where it may. Looks at the sessions as they are now, and as the commands before will make them.</summary>
    public async ValueTask<IReadOnlyList<Outcome.Refused?>> Allows(Principal principal, IReadOnlyList<Command> commands)
    {
        var begun = new HashSet<string>();
        var refusals = new Outcome.Refused?[commands.Count];
        for (var i = 0; i < refusals.Length; i++)
        {
            var id = commands[i].SessionId;
            var session = principal.IsLimited && SessionIds.IsValid(id) && !begun.Contains(id) ? await Session(id) : null;
            refusals[i] = Allows(principal, commands[i], session, begun);
        }

        return refusals;
    }

    /// <summary>The outcome as somebody may know it: never another project's session.</summary>
    public static Outcome Reveal(Principal principal, Outcome outcome) =>
        outcome is Outcome.Accepted { Session: { } session } && !principal.Sees(session.View.Project) ? Foreign() : outcome;

    /// <summary>A session, live or ended, if somebody may see it.</summary>
    public async ValueTask<Session?> Find(Principal principal, string id) =>
        await Session(id) is { } session && principal.Sees(session.View.Project) ? session : null;

    /// <param name="begun">Sessions that commands before this one begin, in projects of the key; null where it is the only one.</param>
    private Outcome.Refused? Allows(Principal principal, Command command, Session? session, HashSet<string>? begun)
    {
        if (AccessTable.Of(command) is not { } access)
        {
            return new(ErrorCodes.InvalidRequest, "this command is not for clients", "type");
        }

        if ((access.Refuse(principal) ?? AllowsMore(principal)) is { } refused)
        {
            return refused;
        }

        if (!principal.IsLimited || !SessionIds.IsValid(command.SessionId) || begun?.Contains(command.SessionId) == true)
        {
            return null;
        }

        // A new life of a session that has ended may be of another project: both must be theirs.
        var begins = session is not { View.IsLive: true } ? command as CreateSession : null;
        if ((session is not null && !principal.Sees(session.View.Project))
            || (begins is not null && !principal.Sees(Creation.ProjectOf(begins) ?? session?.View.Project))
            || (session is null && begins is null))
        {
            return Foreign();
        }

        if (command is CreateSession)
        {
            begun?.Add(command.SessionId);
        }

        return null;
    }

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

        return await log.Find(id);
    }

    /// <summary>The refusal of a session that is not of a key's projects, or is not there at all.</summary>
    public static Outcome.Refused Foreign() => new(ErrorCodes.Forbidden, "the key is limited to projects, and the session is not of them");

    /// <summary>A request that came through a proxy is not one from the hub's own machine.</summary>
    private static bool IsForwarded(HttpRequest request) =>
        request.Headers.ContainsKey("X-Forwarded-For") || request.Headers.ContainsKey("Forwarded") || request.Headers.ContainsKey("X-Real-IP");
}

using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;

namespace Rollcall.Server.Security;

/// <summary>How much of the fleet something is about.</summary>
public enum Reach
{
    /// <summary>Nothing of it: everyone may have it, without a key.</summary>
    Anyone,

    /// <summary>Single sessions: a key limited to projects gets what is theirs.</summary>
    Sessions,

    /// <summary>The fleet as a whole: a key limited to projects gets nothing.</summary>
    Fleet,
}

/// <summary>Who may pass.</summary>
/// <param name="AnyOf">One of these scopes is needed.</param>
/// <param name="Reach">What it is about.</param>
public sealed record Access(Scopes AnyOf, Reach Reach)
{
    /// <summary>Why somebody may not pass; null when they may.</summary>
    public Outcome.Refused? Refuse(Principal? principal) => (Reach, principal) switch
    {
        (Reach.Anyone, _) => null,
        (_, null) => new(ErrorCodes.Unauthenticated, "a key is needed: Authorization: Bearer rlc_…"),
        (_, var p) when (p.Scopes & AnyOf) == 0 => new(ErrorCodes.Forbidden, $"the key lacks the scope {Needed}"),
        (Reach.Fleet, { IsLimited: true }) => new(ErrorCodes.Forbidden, "the key is limited to projects, and this is about the whole fleet"),
        _ => null,
    };

    /// <summary>The scopes in words.</summary>
    public string Needed => Reach == Reach.Anyone ? "none" : AnyOf == Scopes.All ? "any" : string.Join(" or ", ScopeNames.Of(AnyOf));
}

/// <summary>Who may use a route.</summary>
public sealed record RouteAccess(string Method, string Pattern, Access Access);

/// <summary>Who may join a kind of topic, as a watcher or as the owner.</summary>
public sealed record TopicAccess(TopicKind Kind, bool Owner, Access Access);

/// <summary>Who may push an event on a session's topic, or give a command.</summary>
public sealed record NamedAccess(string Name, Access Access);

using Microsoft.AspNetCore.Routing;
using Rollcall.Core.Fanout;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Security;

/// <summary>Everybody who may come to the hub, and what the access table says of each: for walks over routes, topics and pushes.</summary>
public sealed class AccessWalk
{
    public const string OwnProject = "own";
    public const string Session = "walked";

    private readonly List<Key> _keys = [];
    private readonly List<Visitor> _visitors = [new("nobody", null, null)];

    public AccessWalk()
    {
        foreach (var (scope, name) in ScopeNames.Each)
        {
            _visitors.Add(Make($"a key with the scope {name}", scope, null));
        }

        _visitors.Add(Make("a key of another project", Scopes.All, ["other"]));
        _visitors.Add(Make("a key of the project", Scopes.All, [OwnProject]));
        var revoked = Make("a revoked key", Scopes.All, null);
        _keys[^1] = _keys[^1] with { RevokedAt = DateTimeOffset.UnixEpoch };
        _visitors.Add(revoked with { Key = null });
        var expired = Make("an expired key", Scopes.All, null);
        _keys[^1] = _keys[^1] with { ExpiresAt = DateTimeOffset.UnixEpoch };
        _visitors.Add(expired with { Key = null });
        _visitors.Add(new Visitor("an invented key", "rlc_0123456789ab_secret", null));
        Everything = Make("everything", Scopes.All, null).Credential!;
    }

    /// <summary>What the hub must know.</summary>
    public IReadOnlyList<Key> Keys => _keys;

    public IReadOnlyList<Visitor> Visitors => _visitors;

    /// <summary>A credential that may do everything.</summary>
    public string Everything { get; }

    public static Principal Principal(Visitor visitor) => visitor.Key!.ToPrincipal();

    /// <summary>A topic of a kind; of the walk's own session and project where it has a subject.</summary>
    public static Topic Topic(TopicKind kind) => Core.Fanout.Topic.Parse(kind switch
    {
        TopicKind.Session => "session:" + Session,
        TopicKind.Project => "project:" + OwnProject,
        TopicKind.Everything => "*",
        _ => kind.ToString().ToLowerInvariant(),
    })!;

    /// <summary>Every route that is mapped; the method is <c>*</c> where none is named.</summary>
    public static IEnumerable<(string Method, string Pattern)> Mapped(IEndpointRouteBuilder app) =>
        from endpoint in app.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"]
        select (method, "/" + (endpoint.RoutePattern.RawText ?? "").Trim('/'));

    /// <summary>The address of a route, with something in the place of each of its parameters.</summary>
    public static string Path(string pattern) =>
        pattern.Replace("{documentName}", "v1", StringComparison.Ordinal).Replace("{id}", Session, StringComparison.Ordinal)
            .Replace("{task_id}", "t", StringComparison.Ordinal).Replace("{agent}", "claude-code", StringComparison.Ordinal)
            .Replace("{name}", "somewhere", StringComparison.Ordinal);

    /// <summary>What is sent to a route so that it is about the walk's own project.</summary>
    public static string Body(string pattern) => pattern switch
    {
        "/api/v1/sessions" => $$"""{"project":"{{OwnProject}}"}""",
        "/api/sessions/{id}" => """{"name":"Named"}""",
        "/ingest/hooks/{agent}" => $$"""{"session_id":"hooked","cwd":"/src/{{OwnProject}}","hook_event_name":"SessionStart","source":"startup"}""",
        _ => "{}",
    };

    private Visitor Make(string name, Scopes scopes, IReadOnlyList<string>? projects)
    {
        var (key, credential) = Key.Make(scopes, projects, name, null, DateTimeOffset.UnixEpoch);
        _keys.Add(key);
        return new Visitor(name, credential, key);
    }
}

/// <summary>Somebody who comes to the hub.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Credential">What they present; null for nothing.</param>
/// <param name="Key">The valid key they hold; null for none.</param>
public sealed record Visitor(string Name, string? Credential, Key? Key)
{
    public bool IsKnown => Key is not null;

    /// <summary>Whether the walk's session is not theirs to see.</summary>
    public bool IsForeign => Key?.Projects is { } projects && !projects.Contains(AccessWalk.OwnProject);

    /// <summary>The code with which the table sends them away; null when it lets them in.</summary>
    public string? Expect(Access access, Topic? topic = null)
    {
        if (Credential is not null && Key is null)
        {
            return "unauthenticated";
        }

        return access.Reach == Reach.Anyone ? null
            : Key is null ? "unauthenticated"
            : (ScopeNames.Parse(Key.Scopes) & access.AnyOf) == Scopes.None ? "forbidden"
            : access.Reach == Reach.Fleet && Key.Projects is not null ? "forbidden"
            : topic?.Kind == TopicKind.Project && IsForeign ? "forbidden"
            : null;
    }
}

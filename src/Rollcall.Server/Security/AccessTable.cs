using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;
using Rollcall.Server.Clients.Agentcmd;
using Rollcall.Server.Clients.Kato;
using Rollcall.Server.Clients.Orc;
using static Rollcall.Server.Security.Reach;
using static Rollcall.Server.Security.Scopes;

namespace Rollcall.Server.Security;

/// <summary>
/// The one table of who may do what, over every transport. What is missing here nobody may do, and a test fails.
/// <c>docs/security.md</c> shows it to people.
/// </summary>
public static partial class AccessTable
{
    /// <summary>Every HTTP route. HEAD is taken by those of GET. The dashboard's files, which are public, are none.</summary>
    public static IReadOnlyList<RouteAccess> Routes { get; } =
    [
        Route("GET /healthz", None, Anyone),
        Route("GET /readyz", None, Anyone),
        Route("GET /openapi/{documentName}.json", None, Anyone),
        Route("GET /asyncapi.json", None, Anyone),
        Route("GET /metrics", Watch, Fleet),
        Route("* " + Wire.SocketPath, All, Sessions),
        Route("* " + OrcProtocol.SocketPath, Watch | Control, Sessions),
        Route("GET " + OrcSession.Path, Watch, Fleet),
        Route("* " + AgentcmdProtocol.SocketPath, Watch | Control, Sessions),
        Route("GET " + AgentcmdRoutes.Sessions, Watch, Sessions),
        Route("PATCH " + AgentcmdRoutes.Session, Report, Sessions),
        Route("GET " + AgentcmdRoutes.Projects, Watch, Sessions),
        Route("GET " + AgentcmdRoutes.ProjectSessions, Watch, Sessions),
        Route("GET " + AgentcmdRoutes.ProjectSession, Watch, Sessions),
        Route("GET " + AgentcmdRoutes.Messages, Watch, Sessions),
        Route("GET /api/v1/system/metrics", Watch, Fleet),
        Route("GET /api/v1/system/stats", Watch, Fleet),
        Route("GET /api/v1/system/container-stats", Watch, Fleet),
        Route("GET /api/v1/analytics/overview", Watch, Fleet),
        Route("GET /api/v1/sessions/{id}/stm", Watch, Sessions),
        Route("GET /api/v1/sessions/redis-keys/diagnostic", Watch, Sessions),
        Route("POST /api/v1/sessions/bulk-delete", Report | Control, Sessions),
        Route("GET /api/v1/events/stream", Watch, Sessions),
        Route("GET /api/v1/events", Watch, Sessions),
        Route("GET /api/v1/sessions", Watch, Sessions),
        Route("GET /api/v1/sessions/count", Watch, Sessions),
        Route("POST /api/v1/sessions", Report, Sessions),
        Route("GET /api/v1/sessions/{id}", Watch, Sessions),
        Route("PATCH /api/v1/sessions/{id}", Report, Sessions),
        Route("DELETE /api/v1/sessions/{id}", Report | Control, Sessions),
        Route("GET /api/v1/sessions/{id}/events", Watch, Sessions),
        Route("POST /api/v1/sessions/{id}/status", Report, Sessions),
        Route("POST /api/v1/sessions/{id}/tasks", Report, Sessions),
        Route("POST /api/v1/sessions/{id}/tasks/{task_id}/complete", Report, Sessions),
        Route("POST /api/v1/sessions/{id}/usage", Report, Sessions),
        Route("POST /api/v1/sessions/{id}/heartbeat", Report, Sessions),
        Route("POST /api/v1/sessions/{id}/output", Report, Sessions),
        Route("POST /api/v1/sessions/{id}/pause", Control, Sessions),
        Route("POST /api/v1/sessions/{id}/resume", Control, Sessions),
        Route("POST /api/v1/sessions/{id}/messages", Control, Sessions),
        Route("POST /api/v1/sessions/{id}/cancel", Control, Sessions),
        Route("GET /api/v1/sessions/{id}/owner", Watch, Sessions),
        Route("POST /api/v1/commands", Report | Control, Sessions),
        Route("POST /api/v1/tokens", All, Sessions),
        Route("GET /api/v1/fleet", Watch, Fleet),
        Route("GET /api/v1/fleet/at", Watch, Fleet),
        Route("POST /api/v1/fleet/pause", Control, Fleet),
        Route("POST /api/v1/fleet/resume", Control, Fleet),
        Route("GET /api/v1/alerts", Watch, Fleet),
        Route("POST /api/v1/alerts/{id}/acknowledge", Control, Fleet),
        Route("GET /api/v1/alerts/rules", Watch, Fleet),
        Route("PUT /api/v1/alerts/rules", Operate, Fleet),
        Route("GET /api/v1/hosts", Watch, Fleet),
        Route("POST /api/v1/hosts/{name}", Report, Fleet),
        Route("GET /api/v1/detector", Operate, Fleet),
        Route("POST /api/v1/detector/reset", Operate, Fleet),
        Route("GET /api/v1/flags", Watch, Fleet),
        Route("PUT /api/v1/flags", Operate, Fleet),
        Route("POST /ingest/hooks/{agent}", Report, Sessions),
    ];

    /// <summary>Where a short-lived token may stand in the address, because existing clients can send it nowhere else.</summary>
    public static IReadOnlySet<string> TokenInAddress { get; } = new HashSet<string> { OrcProtocol.SocketPath, OrcSession.Path, AgentcmdProtocol.SocketPath };

    /// <summary>What it is called there.</summary>
    public const string TokenField = "token";

    /// <summary>
    /// Where, and below where, an existing client presents a token that its own server gave it, which it cannot leave out. Only
    /// where nobody needs a key does such a token count for nothing instead of being refused.
    /// </summary>
    public static IReadOnlyList<PathString> ForeignTokens { get; } = [AgentcmdProtocol.SocketPath, AgentcmdRoutes.Sessions, AgentcmdRoutes.Projects];

    /// <summary>Every join, and every topic of a stream.</summary>
    public static IReadOnlyList<TopicAccess> Topics { get; } =
    [
        new(TopicKind.Sessions, false, new(Watch, Sessions)),
        new(TopicKind.Session, false, new(Watch, Sessions)),
        new(TopicKind.Session, true, new(Report, Sessions)),
        new(TopicKind.Project, false, new(Watch, Sessions)),
        new(TopicKind.Metrics, false, new(Watch, Fleet)),
        new(TopicKind.Alerts, false, new(Watch, Fleet)),
        new(TopicKind.Everything, false, new(Watch, Sessions)),
    ];

    /// <summary>Every push from a client on <c>session:&lt;id&gt;</c>.</summary>
    public static IReadOnlyList<NamedAccess> Pushes { get; } =
    [
        .. Named(Control, "send_message", "cancel", "pause", "resume", "approve", "deny"),
        .. Named(Report, "status", "update", "task_started", "task_completed", "usage", "output", "message_complete", "error", "heartbeat"),
    ];

    /// <summary>Every <c>type</c> of <c>POST /commands</c>.</summary>
    public static IReadOnlyList<NamedAccess> Commands { get; } =
    [
        .. Named(Report, "create", "status", "update", "start_task", "complete_task", "usage", "output", "message_complete", "error", "heartbeat"),
        .. Named(Control, "pause", "resume"),
        .. Named(Report | Control, "terminate"),
    ];

    /// <summary>As many as there are routes: a request comes with the pattern of one.</summary>
    private static readonly ConcurrentDictionary<string, string> PlainPatterns = new();

    private static readonly Dictionary<(string Method, string Pattern), Access> ByRoute =
        Routes.ToDictionary(route => (route.Method, Plain(route.Pattern)), route => route.Access);

    private static readonly Dictionary<string, Access> ByPush = Pushes.ToDictionary(push => push.Name, push => push.Access);

    private static readonly Dictionary<Type, Access> ByCommand = typeof(Command)
        .GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), false)
        .Cast<System.Text.Json.Serialization.JsonDerivedTypeAttribute>()
        .ToDictionary(type => type.DerivedType, type => Commands.Single(command => command.Name == (string?)type.TypeDiscriminator).Access);

    /// <summary>Who may use a mapped route, HEAD whoever may GET; null when the table does not know it.</summary>
    public static Access? Find(string method, string? pattern) =>
        ByRoute.GetValueOrDefault((HttpMethods.IsHead(method) ? HttpMethods.Get : method, Plain(pattern ?? ""))) ?? ByRoute.GetValueOrDefault(("*", Plain(pattern ?? "")));

    /// <summary>Who may join a kind of topic; null when nobody can do so.</summary>
    public static Access? Topic(TopicKind kind, bool owner) => Topics.FirstOrDefault(known => known.Kind == kind && known.Owner == owner)?.Access;

    /// <summary>Who may push an event; null for an event that clients cannot push.</summary>
    public static Access? Push(string name) => ByPush.GetValueOrDefault(name);

    /// <summary>Who may give a command; null for one that only the hub's clock gives.</summary>
    public static Access? Of(Command command) => ByCommand.GetValueOrDefault(command.GetType());

    private static RouteAccess Route(string route, Scopes anyOf, Reach reach) =>
        new(route[..route.IndexOf(' ', StringComparison.Ordinal)], route[(route.IndexOf(' ', StringComparison.Ordinal) + 1)..], new(anyOf, reach));

    private static IEnumerable<NamedAccess> Named(Scopes anyOf, params IEnumerable<string> names) =>
        names.Select(name => new NamedAccess(name, new(anyOf, Sessions)));

    /// <summary>What a parameter is called does not matter: <c>/sessions/{id}</c> and <c>/sessions/{session_id}</c> are one.</summary>
    private static string Plain(string pattern) => PlainPatterns.GetOrAdd(pattern, static given => Parameter().Replace("/" + given.Trim('/'), "{}"));

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Rollcall.Core;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Security;
using ListAnswer = Microsoft.AspNetCore.Http.HttpResults.Results<Rollcall.Server.Api.Answered<Rollcall.Server.Clients.Agentcmd.AgentcmdAnswer<System.Collections.Generic.IReadOnlyList<Rollcall.Server.Clients.Agentcmd.AgentcmdSession>>>, Rollcall.Server.Api.Problem>;

namespace Rollcall.Server.Clients.Agentcmd;

/// <summary>What the session pages of agentcmd's web client read over HTTP, as far as the hub has the facts: live sessions and ended ones.</summary>
internal static class AgentcmdRoutes
{
    public const string Sessions = "/api/sessions";
    public const string Session = Sessions + "/{id}";
    public const string Projects = "/api/projects";
    public const string ProjectSessions = Projects + "/{project}/sessions";
    public const string ProjectSession = ProjectSessions + "/{id}";
    public const string Messages = ProjectSession + "/messages";

    /// <summary>Pieces of output that a page of a session is given.</summary>
    private const int MostMessages = 1000;

    private const int DefaultLimit = 20;

    /// <summary>The most sessions of one list of the log.</summary>
    private const int MostSessions = 200;

    private static readonly SessionStatus[] LiveAndEnded = Enum.GetValues<SessionStatus>();

    private static readonly QueryParameter[] ListQuery =
    [
        new("projectId", "Only this project."),
        new("limit", $"At most so many, 1 to {MostSessions}; {DefaultLimit} by default.", true),
        new("orderBy", "created_at or updated_at; created_at by default."),
        new("order", "asc or desc; desc by default."),
        new("type", "chat, workflow or internal: all sessions here are chat."),
        new("includeArchived", "Makes no difference: nothing is archived here."),
    ];

    private static readonly QueryParameter[] ProjectsQuery =
    [
        new("include", "sessions, for the sessions of each."),
        new("sessionLimit", $"At most so many of each, 1 to 100; {DefaultLimit} by default.", true),
    ];

    /// <summary>Maps them.</summary>
    public static void MapAgentcmd(this IEndpointRouteBuilder app)
    {
        var clients = app.MapGroup("").WithTags("clients");
        clients.MapGet(Sessions, List).WithQuery(ListQuery).WithSummary("Sessions, as agentcmd's web client asks for them");
        clients.MapPatch(Session, Rename).Accepts<AgentcmdChange>("application/json").WithSummary("Give a session a name, as agentcmd's web client does");
        clients.MapGet(Projects, ListProjects).WithQuery(ProjectsQuery).WithSummary("Projects, as agentcmd's web client asks for them");
        clients.MapGet(ProjectSessions, ListOf).WithSummary("The sessions of a project, as agentcmd's web client asks for them");
        clients.MapGet(ProjectSession, Get).WithSummary("A session, as agentcmd's web client asks for it");
        clients.MapGet(Messages, GetMessages).WithSummary("What a session wrote, as agentcmd's web client asks for it");
    }

    private static async Task<ListAnswer> List(HttpContext http, ILog log)
    {
        var text = new QueryText(http.Request.Query);
        var by = OneOf(text, "orderBy", "created_at", "updated_at");
        var order = OneOf(text, "order", "desc", "asc");
        var query = new SessionQuery
        {
            Project = text.Text("projectId"),
            Limit = (int)text.Number("limit", DefaultLimit, 1, MostSessions),
            Order = by == "updated_at" ? SessionOrder.UpdatedAt : SessionOrder.CreatedAt,
            Descending = order == "desc",
        };
        return text.Problem is { } problem ? problem
            : Answer(text.Text("type") is null or "chat" ? await Read(http, log, query) : []);
    }

    private static async Task<Results<Answered<AgentcmdAnswer<AgentcmdSession>>, Problem>> Rename(string id, HttpContext http, Intake intake)
    {
        var (body, problem) = await Body.Read<AgentcmdChange>(http.Request);
        if (problem is not null)
        {
            return problem;
        }

        return body!.Name is not { Length: > 0 } name ? Problem.Invalid("name", $"must be 1-{Wire.MaxNameLength} characters")
            : !SessionIds.IsValid(id) ? Missing()
            : await intake.Submit(http, new UpdateSession { SessionId = id, Name = name }) switch
            {
                Outcome.Accepted { Session: { } session } => new Answered<AgentcmdAnswer<AgentcmdSession>>(new(AgentcmdSession.Of(session.View))),
                var refused => Problem.Of((Outcome.Refused)refused),
            };
    }

    private static async Task<ListAnswer> ListOf(string project, HttpContext http, ILog log) =>
        Answer(await Read(http, log, new SessionQuery { Project = project, Limit = MostSessions }));

    /// <summary>The projects of the live sessions, and of those that changed last.</summary>
    private static async Task<Results<Answered<AgentcmdAnswer<IReadOnlyList<AgentcmdProject>>>, Problem>> ListProjects(HttpContext http, ILog log, SessionHub hub)
    {
        var text = new QueryText(http.Request.Query);
        var limit = (int)text.Number("sessionLimit", DefaultLimit, 1, 100);
        if (text.Problem is { } problem)
        {
            return problem;
        }

        var (principal, included) = (http.Principal(), text.Text("include") == "sessions");
        var recent = await Read(http, log, new SessionQuery { Limit = MostSessions });
        var names = hub.View.Live.Values.Select(session => session.View.Project).Where(principal.Sees)
            .Concat(recent.Select(session => session.Project)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        List<AgentcmdProject> projects = [];
        foreach (var name in names)
        {
            var last = await Read(http, log, new SessionQuery { Project = name, Limit = included ? limit : 1 });
            var first = await Read(http, log, new SessionQuery { Project = name, Limit = 1, Order = SessionOrder.CreatedAt, Descending = false });
            if (first.Count > 0 && last.Count > 0)
            {
                projects.Add(new AgentcmdProject(
                    name, name, last[0].Cwd ?? "", IsHidden: false, IsStarred: false, first[0].CreatedAt, last[0].UpdatedAt,
                    included ? [.. last.Select(AgentcmdSession.Of)] : null));
            }
        }

        return new Answered<AgentcmdAnswer<IReadOnlyList<AgentcmdProject>>>(new([.. projects.OrderByDescending(project => project.UpdatedAt)]));
    }

    private static async Task<Results<Answered<AgentcmdAnswer<AgentcmdSession>>, Problem>> Get(string project, string id, HttpContext http, Door door) =>
        await Find(project, id, http, door) is { } session
            ? new Answered<AgentcmdAnswer<AgentcmdSession>>(new(AgentcmdSession.Of(session.View)))
            : Missing();

    private static async Task<Results<Answered<AgentcmdAnswer<IReadOnlyList<AgentcmdMessageView>>>, Problem>> GetMessages(
        string project, string id, HttpContext http, Door door, ILog log)
    {
        if (await Find(project, id, http, door) is null)
        {
            return Missing();
        }

        // An earlier life may have been of another project.
        var principal = http.Principal();
        var written = await log.Read(new LogRange(Limit: MostMessages, SessionId: id, Event: "stream_output", Last: true), http.RequestAborted);
        return new Answered<AgentcmdAnswer<IReadOnlyList<AgentcmdMessageView>>>(new(
            [.. written.Where(entry => principal.Sees(entry.Project)).Select(entry => AgentcmdMessageView.Of((StreamOutput)EventNames.Parse(entry.Event, entry.Payload)!))]));
    }

    private static async ValueTask<Session?> Find(string project, string id, HttpContext http, Door door) =>
        SessionIds.IsValid(id) && await door.Find(http.Principal(), id) is { } session && session.View.Project == project ? session : null;

    private static async Task<IReadOnlyList<SessionView>> Read(HttpContext http, ILog log, SessionQuery query) =>
        (await log.List(query with { Statuses = LiveAndEnded, Visible = http.Principal().Projects }, http.RequestAborted)).Sessions;

    private static Answered<AgentcmdAnswer<IReadOnlyList<AgentcmdSession>>> Answer(IEnumerable<SessionView> sessions) =>
        new(new([.. sessions.Select(AgentcmdSession.Of)]));

    private static Problem Missing() => Problem.NotFound("Session not found");

    /// <summary>A field that is one of two words; the first when it is absent.</summary>
    private static string OneOf(QueryText text, string name, string otherwise, string other)
    {
        var given = text.Text(name) ?? otherwise;
        if (given != otherwise && given != other)
        {
            text.Refuse(name, $"must be {otherwise} or {other}");
        }

        return given;
    }
}

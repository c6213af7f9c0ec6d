using Microsoft.AspNetCore.Http;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Server.Api;

/// <summary>The query of <c>GET /sessions</c>.</summary>
public static class SessionQueryText
{
    private const string Everything = "all";

    /// <summary>Its fields.</summary>
    public static QueryParameter[] Parameters { get; } =
    [
        new("skip", "So many are passed over; 0 by default.", true),
        new("limit", "At most so many, 1 to 200; 50 by default.", true),
        new("status", $"Only this status; may repeat. One of {WireName<SessionStatus>.List}, or all; the live ones by default."),
        new("state", $"Only this state: {WireName<SessionState>.List}."),
        new("project", "Only this project."),
        new("agent", "Only this agent."),
        new("host", "Only this host."),
        new("search", "Only those with this text in id, name, project, cwd or model."),
        new("order", $"By {WireName<SessionOrder>.List}; with a - before it, the greatest first. -updated_at by default. Those of one status are sorted by their last change; those without a name come last."),
    ];

    /// <summary>Reads it.</summary>
    public static (SessionQuery? Query, Problem? Problem) Parse(IQueryCollection fields)
    {
        var text = new QueryText(fields);
        var order = text.Text("order") ?? "-updated_at";
        var descending = order.StartsWith('-');
        if (!WireName<SessionOrder>.TryParse(descending ? order[1..] : order, out var by))
        {
            text.Refuse("order", $"must be one of {WireName<SessionOrder>.List}, with or without a - before it");
        }

        SessionState? state = null;
        if (text.Text("state") is { } name)
        {
            if (WireName<SessionState>.TryParse(name, out var known))
            {
                state = known;
            }
            else
            {
                text.Refuse("state", $"must be one of {WireName<SessionState>.List}");
            }
        }

        var query = new SessionQuery
        {
            Skip = (int)text.Number("skip", 0, 0, int.MaxValue),
            Limit = (int)text.Number("limit", 50, 1, 200),
            Statuses = Statuses(fields, text),
            State = state,
            Project = text.Text("project"),
            Agent = text.Text("agent"),
            Host = text.Text("host"),
            Search = text.Text("search"),
            Order = by,
            Descending = descending,
        };
        return text.Problem is { } problem ? (null, problem) : (query, null);
    }

    private static List<SessionStatus>? Statuses(IQueryCollection fields, QueryText text)
    {
        var names = fields["status"].SelectMany(value => (value ?? "").Split(',')).Where(name => name.Length > 0).ToList();
        var statuses = new List<SessionStatus>();
        foreach (var name in names)
        {
            if (WireName<SessionStatus>.TryParse(name, out var status))
            {
                statuses.Add(status);
            }
            else if (name != Everything)
            {
                text.Refuse("status", $"must be one of {WireName<SessionStatus>.List}, or {Everything}");
            }
        }

        return names.Contains(Everything) ? [.. Enum.GetValues<SessionStatus>()] : statuses.Count > 0 ? statuses : null;
    }
}

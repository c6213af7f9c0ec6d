using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>Finds the group that a session belongs to, or makes it. Used by the writer only, within its transaction.</summary>
internal sealed class SqliteGroups
{
    private readonly Dictionary<Group, long> known = [];

    /// <summary>Forgets what was made within a transaction that was taken back.</summary>
    public void Forget() => known.Clear();

    public long Of(SqliteStatements db, SessionView view)
    {
        var group = new Group(view.IsLive, (int)view.Status, (int)view.State, view.Project, view.Agent, view.Host);
        if (!known.TryGetValue(group, out var id))
        {
            object?[] values = [group.Live ? 1L : 0L, (long)group.Status, (long)group.State, group.Project, group.Agent, group.Host];
            const string columns = "live, status, state, project, agent, host";
            id = (long)(db.Scalar($"SELECT id FROM groups WHERE ({columns}) IS (?1, ?2, ?3, ?4, ?5, ?6)", values)
                ?? db.Scalar($"INSERT INTO groups ({columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id", values))!;
            known.Add(group, id);
        }

        return id;
    }

    private sealed record Group(bool Live, int Status, int State, string? Project, string? Agent, string? Host);
}

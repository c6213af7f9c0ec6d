using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>A group of sessions that agree in everything that a list filters by.</summary>
internal readonly record struct SqliteGroup(long Id, bool Live, int Status, long Sessions);

/// <summary>The groups that the filters of a list choose; their counts give the total without a look at any session.</summary>
internal sealed class SqliteSelection(IReadOnlyList<SqliteGroup> groups)
{
    public IReadOnlyList<SqliteGroup> Groups => groups;

    /// <summary>How many sessions the groups have.</summary>
    public long Sessions { get; } = groups.Sum(group => group.Sessions);

    /// <summary>The groups' ids, as SQL lists them.</summary>
    public string Ids => string.Join(',', groups.Select(group => group.Id));

    public static SqliteSelection Of(SqliteStatements db, SessionQuery query)
    {
        var values = new List<object?>();
        var terms = new List<string>
        {
            "sessions > 0",
            query.Statuses is { } statuses ? $"status IN ({string.Join(',', statuses.Distinct().Select(status => (int)status))})" : "live = 1",
        };
        Equal("state", (long?)query.State);
        Equal("project", query.Project);
        Equal("agent", query.Agent);
        Equal("host", query.Host);
        if (query.Visible is not null)
        {
            values.Add(SqliteSessions.Json(query.Visible));
            terms.Add($"project IN (SELECT value FROM json_each(?{values.Count}))");
        }

        return new(db.Rows(
            $"SELECT id, live, status, sessions FROM groups WHERE {string.Join(" AND ", terms)}",
            [.. values],
            row => new SqliteGroup(row.GetInt64(0), row.GetBoolean(1), row.GetInt32(2), row.GetInt64(3))));

        void Equal(string column, object? value)
        {
            if (value is not null)
            {
                values.Add(value);
                terms.Add($"{column} = ?{values.Count}");
            }
        }
    }

    /// <summary>The part of it that lives, or has ended; or is in one status.</summary>
    public SqliteSelection Where(Func<SqliteGroup, bool> choose) => new([.. groups.Where(choose)]);
}

using System.Text.Json;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>Reads the read model: sessions by id, in pages, and how many there are.</summary>
internal static class SqliteSessions
{
    private const char Between = '\u001f';

    /// <summary>What a search looks through; lower case, because SQLite folds only ASCII.</summary>
    public static string SearchText(SessionView view) =>
        string.Join(Between, view.Id, view.Name, view.Project, view.Cwd, view.Model).ToLowerInvariant();

    public static Session? Find(SqliteStatements db, string id)
    {
        using var reader = db.Query("SELECT view, rest FROM sessions WHERE id = ?1", id);
        return reader.Read() ? StoredSession.Whole(reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1)) : null;
    }

    public static Recovered Live(SqliteStatements db, DateTimeOffset createdAt)
    {
        var live = new List<Session>();
        var leases = new Dictionary<string, int>(StringComparer.Ordinal);
        using var reader = db.Query(
            "SELECT view, rest, lease_seconds FROM sessions INDEXED BY sessions_live WHERE live = 1 ORDER BY created_at, id");
        while (reader.Read())
        {
            var session = StoredSession.Whole(reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1));
            live.Add(session);
            if (!reader.IsDBNull(2))
            {
                leases.Add(session.View.Id, reader.GetInt32(2));
            }
        }

        return new Recovered(live, leases, SqliteProgress.Load(db).Fleet, createdAt);
    }

    public static long Count(SqliteStatements db, IReadOnlySet<string>? projects) => projects is null
        ? (long)db.Scalar("SELECT sessions FROM progress")!
        : (long)db.Scalar("SELECT count(*) FROM sessions WHERE project IN (SELECT value FROM json_each(?1))", Json(projects))!;

    public static SessionPage List(SqliteStatements db, SessionQuery query)
    {
        var values = new List<object?>();
        var from = $"FROM sessions {Where(query, values)}";
        var total = db.Rows($"SELECT count(*) {from}", [.. values], row => row.GetInt64(0))[0];
        var sessions = db.Rows(
            $"SELECT view {from} ORDER BY {Order(query)} LIMIT {Math.Max(0, query.Limit)} OFFSET {Math.Max(0, query.Skip)}",
            [.. values],
            row => StoredSession.View(row.GetFieldValue<byte[]>(0)));
        return new SessionPage(sessions, total, (long)db.Scalar("SELECT head FROM progress")!);
    }

    private static string Where(SessionQuery query, List<object?> values)
    {
        var terms = new List<string> { Status(query.Statuses) };
        Equal("state", (int?)query.State);
        Equal("project", query.Project);
        Equal("agent", query.Agent);
        Equal("host", query.Host);
        if (!string.IsNullOrEmpty(query.Search))
        {
            values.Add(query.Search.ToLowerInvariant());
            terms.Add($"instr(search, ?{values.Count}) > 0");
        }

        if (query.Visible is not null)
        {
            values.Add(Json(query.Visible));
            terms.Add($"project IN (SELECT value FROM json_each(?{values.Count}))");
        }

        return string.Join(" AND ", terms);

        void Equal(string column, object? value)
        {
            if (value is not null)
            {
                values.Add(value);
                terms.Add($"{column} = ?{values.Count}");
            }
        }
    }

    /// <summary>The live ones are found by their own index, so that a list of them costs nothing for what has ended.</summary>
    private static string Status(IReadOnlyList<SessionStatus>? statuses)
    {
        const string live = "INDEXED BY sessions_live WHERE live = 1";
        var wanted = statuses?.Distinct().ToList();
        return wanted is null ? live
            : wanted.Count == 0 ? "WHERE false"
            : wanted.Count == WireName<SessionStatus>.All.Count ? "WHERE true"
            : wanted is [SessionStatus.Terminated] ? "WHERE live = 0"
            : (wanted.Contains(SessionStatus.Terminated) ? "WHERE " : live + " AND ")
                + $"status IN ({string.Join(", ", wanted.Select(status => (int)status))})";
    }

    private static string Order(SessionQuery query)
    {
        var way = query.Descending ? "DESC" : "ASC";
        return query.Order switch
        {
            SessionOrder.UpdatedAt => $"updated_at {way}, id {way}",
            SessionOrder.CreatedAt => $"created_at {way}, id {way}",
            SessionOrder.Name => $"name {way} NULLS LAST, id {way}",
            SessionOrder.Status => $"status {way}, id {way}",
            _ => throw new ArgumentOutOfRangeException(nameof(query), query.Order, null),
        };
    }

    private static string Json(IReadOnlySet<string> names) =>
        JsonSerializer.Serialize([.. names], StoredSessionJson.Default.StringArray);
}

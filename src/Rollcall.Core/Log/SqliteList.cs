using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>
/// A page of sessions. It comes from the index of its order, which is walked past what does not match; where few match,
/// they are sorted instead. What lives and what has ended have indexes of their own, so that neither stands in the
/// way of the other, and are merged.
/// </summary>
internal static class SqliteList
{
    /// <summary>So many sessions are sooner read and sorted than met along an index of many more.</summary>
    private const int Few = 2000;

    public static SessionPage List(SqliteStatements db, SessionQuery query)
    {
        var selection = SqliteSelection.Of(db, query);
        var search = SqliteSearch.Of(db, query.Search, selection);
        var total = search?.Total ?? selection.Sessions;
        var sessions = query.Skip < total ? Page(db, query, selection, search) : [];
        return new SessionPage(sessions, total, (long)db.Scalar("SELECT head FROM progress")!);
    }

    private static List<SessionView> Page(SqliteStatements db, SessionQuery query, SqliteSelection selection, SqliteSearch? search)
    {
        var way = query.Descending ? "DESC" : "ASC";
        var parts = Parts(query, selection).ToList();

        // A constant in the order makes SQLite sort what its index has sorted: it stands there only where it tells parts apart.
        var place = parts.Exists(part => part.Place != parts[0].Place) ? $"1 {way}, " : "";
        var rows = db.Rows(
            $"""
            {string.Join("\nUNION ALL\n", parts.Select(part => Select(db, query, part, search)))}
            ORDER BY {place}2 {way}, 3 {way} LIMIT {Math.Max(0, query.Limit)} OFFSET {Math.Max(0, query.Skip)}
            """,
            search is null ? [] : [search.Text],
            row => row.GetInt64(3));
        return rows.ConvertAll(row => StoredSession.View((byte[])db.Scalar("SELECT view FROM sessions WHERE row = ?1", row)!));
    }

    /// <summary>The parts that have an index each, in which they are sorted, and where each belongs as a whole.</summary>
    private static IEnumerable<Part> Parts(SessionQuery query, SqliteSelection selection)
    {
        foreach (var live in new[] { true, false })
        {
            var side = selection.Where(group => group.Live == live);
            if (query.Order == SessionOrder.Status)
            {
                foreach (var status in side.Groups.Select(group => group.Status).Distinct())
                {
                    yield return new(live, status, side.Where(group => group.Status == status), "");
                }
            }
            else if (query is { Order: SessionOrder.Name, Descending: false } && side.Sessions > 0)
            {
                // The nameless come last either way; to SQLite they are the least.
                yield return new(live, 0, side, " AND name IS NOT NULL");
                yield return new(live, 1, side, " AND name IS NULL");
            }
            else if (side.Sessions > 0)
            {
                yield return new(live, 0, side, "");
            }
        }
    }

    private static string Select(SqliteStatements db, SessionQuery query, Part part, SqliteSearch? search)
    {
        var (key, index) = (query.Order, part.Live) switch
        {
            (SessionOrder.UpdatedAt, true) => ("updated_at", "sessions_live_by_update"),
            (SessionOrder.UpdatedAt, false) => ("updated_at", "sessions_ended_by_update"),
            (SessionOrder.CreatedAt, true) => ("created_at", "sessions_live_by_creation"),
            (SessionOrder.CreatedAt, false) => ("created_at", "sessions_ended_by_creation"),
            (SessionOrder.Name, true) => ("name", "sessions_live_by_name"),
            (SessionOrder.Name, false) => ("name", "sessions_ended_by_name"),
            (SessionOrder.Status, true) => ("0", "sessions_live"),
            (SessionOrder.Status, false) => ("0", "sessions_by_id"),
            _ => throw new ArgumentOutOfRangeException(nameof(query), query.Order, null),
        };
        var live = part.Live ? 1 : 0;
        var chosen = $" AND grp IN ({part.Selection.Ids})";
        var found = search is null ? "" : " AND instr(search, ?1) > 0";
        var from = search?.Total <= Few ? $"NOT INDEXED WHERE row IN ({search.Rows}){chosen}"
            : part.Selection.Sessions <= Few ? $"INDEXED BY sessions_by_group WHERE grp IN ({part.Selection.Ids}){found}"
            : part.Selection.Sessions == (long)db.Scalar("SELECT sum(sessions) FROM groups WHERE live = ?1", live)! ? $"INDEXED BY {index} WHERE live = {live}{found}"
            : $"INDEXED BY {index} WHERE live = {live}{chosen}{found}";
        return $"SELECT {part.Place} AS place, {key} AS key, id, row FROM sessions {from}{part.Filter}";
    }

    /// <param name="Live">Whether it lives or has ended.</param>
    /// <param name="Place">Its place among the parts.</param>
    /// <param name="Selection">Its groups.</param>
    /// <param name="Filter">What else a session must be to belong to it.</param>
    private sealed record Part(bool Live, int Place, SqliteSelection Selection, string Filter);
}

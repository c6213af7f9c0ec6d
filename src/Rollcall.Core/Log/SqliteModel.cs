using Rollcall.Core.Sessions;

namespace Rollcall.Core.Log;

/// <summary>
/// The read model, a row for each session. It follows the events at a small distance, which <see cref="RowsBehind"/> knows; what is durable is the
/// events, and after a crash the rows are brought forward from them.
/// </summary>
internal static class SqliteModel
{
    private const string AddSession = """
        INSERT INTO sessions (id, version, live, ended_at, view, rest, last_seq, first_seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        """;

    private const string ChangeSession = """
        UPDATE sessions SET version = ?2, live = ?3, ended_at = ?4, view = ?5, rest = ?6, last_seq = ?7,
            lease_seconds = iif(?3, lease_seconds, NULL)
        WHERE id = ?1
        """;

    // What is left alone costs nothing, its indexes included: most events leave a session alive.
    private const string MoveSession = "UPDATE sessions SET version = ?2, view = ?3, rest = ?4, last_seq = ?5 WHERE id = ?1 AND live = 1";

    /// <summary>The version that a session's row has; null when there is no row.</summary>
    public static long? Version(SqliteStatements db, string id) => db.Hot("SELECT version FROM sessions WHERE id = ?1").Bind(id).Number();

    /// <summary>Writes rows, within the caller's transaction.</summary>
    public static void Write(SqliteStatements db, IEnumerable<RowBehind> rows)
    {
        foreach (var row in rows)
        {
            Put(db, row);
        }
    }

    /// <summary>Brings the rows forward from the events that they lack.</summary>
    public static SqliteProgress CatchUp(SqliteStatements db, SqliteProgress before)
    {
        var sessions = new Dictionary<string, RowBehind>(StringComparer.Ordinal);
        foreach (var entry in Lacked(db, before.Modelled))
        {
            if (entry.SessionId is not { } id)
            {
                continue;
            }

            var (session, first, _) = sessions.TryGetValue(id, out var earlier) ? earlier
                : SqliteSessions.Find(db, id) is { } stored ? new RowBehind(stored, 0, 0)
                : new RowBehind(null!, entry.Seq, 0);

            if (entry.Version <= session?.View.Version)
            {
                continue;
            }

            if (entry.After(session) is { } after)
            {
                sessions[id] = new RowBehind(after, first, 0);
            }
        }

        Write(db, sessions.Values);
        return before with { Modelled = before.Head };
    }

    /// <summary>The events after one, read by and by: some may be large.</summary>
    private static IEnumerable<LogEntry> Lacked(SqliteStatements db, long after)
    {
        IReadOnlyList<LogEntry> part;
        while ((part = SqliteEvents.Read(db, new LogRange(After: after, Limit: 1024, ByteLimit: 1 << 20))).Count > 0)
        {
            foreach (var entry in part)
            {
                yield return entry;
            }

            after = part[^1].Seq;
        }
    }

    private static void Put(SqliteStatements db, RowBehind row)
    {
        var view = row.Session.View;
        var (viewJson, restJson) = (StoredSession.View(row.Session), StoredSession.Rest(row.Session));
        if (row.First > 0)
        {
            Whole(db.Hot(AddSession)).Bind(row.First).Run();
        }
        else if (!view.IsLive || db.Hot(MoveSession).Bind(view.Id).Bind(view.Version).Bind(viewJson).Bind(restJson).Bind(view.Seq).Run() == 0)
        {
            Whole(db.Hot(ChangeSession)).Run();
        }

        SqliteStatement Whole(SqliteStatement statement) => statement
            .Bind(view.Id).Bind(view.Version).Bind(view.IsLive ? 1 : 0)
            .Bind(view.IsLive ? null : SqliteTime.Of(view.EndedAt ?? view.UpdatedAt)).Bind(viewJson).Bind(restJson).Bind(view.Seq);
    }
}

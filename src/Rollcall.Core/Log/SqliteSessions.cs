using System.Text.Json;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>Reads the read model: sessions by id, the live ones, and how many there are.</summary>
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
            "SELECT view, rest, lease_seconds FROM sessions INDEXED BY sessions_live_by_creation WHERE live = 1 ORDER BY created_at, id");
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
        : (long)db.Scalar("SELECT coalesce(sum(sessions), 0) FROM groups WHERE project IN (SELECT value FROM json_each(?1))", Json(projects))!;

    /// <summary>Names as SQLite takes them for a table.</summary>
    public static string Json(IReadOnlySet<string> names) =>
        JsonSerializer.Serialize([.. names], StoredSessionJson.Default.StringArray);
}

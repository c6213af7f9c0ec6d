using Rollcall.Core.Log.Lists;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>Reads the read model: sessions by id, the live ones, and what lists need to know of the ended ones.</summary>
internal static class SqliteSessions
{
    /// <summary>Rows that are read before they are parsed: some megabytes.</summary>
    private const int AtOnce = 4096;

    public static Session? Find(SqliteStatements db, string id)
    {
        using var reader = db.Query("SELECT view, rest FROM sessions WHERE id = ?1", id);
        return reader.Read() ? StoredSession.Whole(reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1)) : null;
    }

    public static void SetLeases(SqliteStatements db, IReadOnlyDictionary<string, int?> leases)
    {
        foreach (var (id, seconds) in leases)
        {
            db.Run("UPDATE sessions SET lease_seconds = ?2 WHERE id = ?1 AND live = 1", id, seconds);
        }
    }

    public static Recovered Live(SqliteStatements db, DateTimeOffset createdAt)
    {
        var live = new List<Session>();
        var leases = new Dictionary<string, int>(StringComparer.Ordinal);
        var rows = new List<(byte[] View, byte[] Beside, int? Lease)>(AtOnce);
        using var reader = db.Query("SELECT view, rest, lease_seconds FROM sessions INDEXED BY sessions_live WHERE live = 1 ORDER BY row");
        do
        {
            rows.Clear();
            while (rows.Count < AtOnce && reader.Read())
            {
                rows.Add((reader.GetFieldValue<byte[]>(0), reader.GetFieldValue<byte[]>(1), reader.IsDBNull(2) ? null : reader.GetInt32(2)));
            }

            // Most of the time of a start goes into this, and every core can do it.
            var sessions = new Session[rows.Count];
            Parallel.For(0, rows.Count, i => sessions[i] = StoredSession.Whole(rows[i].View, rows[i].Beside));
            live.AddRange(sessions);
            for (var i = 0; i < sessions.Length; i++)
            {
                if (rows[i].Lease is { } seconds)
                {
                    leases.Add(sessions[i].View.Id, seconds);
                }
            }
        }
        while (rows.Count == AtOnce);
        return new Recovered(live, leases, (string?)db.Scalar("SELECT fleet FROM progress"), createdAt);
    }

    /// <summary>The next so many ended sessions after one of them, in the order of their ends; where to go on, unless these were the last.</summary>
    public static (List<Listed> Sessions, EndedAt? Last) Ended(SqliteStatements db, EndedAt after, int most)
    {
        var sessions = new List<Listed>(most);
        var last = after;
        using var reader = db.Query(
            """
            SELECT view, ended_at, id FROM sessions INDEXED BY sessions_by_end
            WHERE live = 0 AND (ended_at, id) > (?1, ?2) ORDER BY ended_at, id LIMIT ?3
            """,
            after.Time, after.Id, most);
        while (reader.Read())
        {
            sessions.Add(StoredSession.Listed(reader.GetFieldValue<byte[]>(0)));
            last = new EndedAt(reader.GetInt64(1), reader.GetString(2));
        }

        return (sessions, sessions.Count == most ? last : null);
    }

    /// <summary>
    /// The views of a page. What ended has been stored; what of it is no longer kept, or has begun a new life since the
    /// page's moment, is left out, as it is no longer what was listed.
    /// </summary>
    public static List<SessionView> Views(SqliteStatements db, IReadOnlyList<Found> page, long seq)
    {
        var views = new List<SessionView>(page.Count);
        foreach (var found in page)
        {
            var view = found.Live?.View
                ?? db.Hot("SELECT view FROM sessions WHERE id = ?1").Bind(found.Id).First(StoredSession.View);
            if (view is not null && view.Seq <= seq)
            {
                views.Add(view);
            }
        }

        return views;
    }
}

/// <summary>An ended session's place in the order of their ends.</summary>
internal readonly record struct EndedAt(long Time, string Id)
{
    public static readonly EndedAt First = new(long.MinValue, "");
}

using System.Text;
using Rollcall.Core.Log.Lists;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>Reads the read model: sessions by id, the live ones, and what lists need to know of the ended ones.</summary>
internal static class SqliteSessions
{
    /// <exception cref="InvalidDataException">It cannot be read; the message names it.</exception>
    public static Session? Find(SqliteStatements db, string id)
    {
        Session? found = null;
        db.Hot("SELECT view, rest, id FROM sessions WHERE id = ?1").Bind(id).Each(row => found = Read(row));
        return found;
    }

    public static void SetLeases(SqliteStatements db, IReadOnlyDictionary<string, int?> leases)
    {
        foreach (var (id, seconds) in leases)
        {
            db.Run("UPDATE sessions SET lease_seconds = ?2 WHERE id = ?1 AND live = 1", id, seconds);
        }
    }

    /// <exception cref="InvalidDataException">One of them cannot be read; the message names it.</exception>
    public static Recovered Live(SqliteStatements db)
    {
        var live = new List<Session>();
        var leases = new Dictionary<string, int>(StringComparer.Ordinal);
        db.Hot("SELECT view, rest, id, lease_seconds FROM sessions INDEXED BY sessions_live WHERE live = 1 ORDER BY row").Each(row =>
        {
            var session = Read(row);
            live.Add(session);
            if (row.Number(3) is { } seconds)
            {
                leases.Add(session.View.Id, (int)seconds);
            }
        });
        return new Recovered(live, leases, (string?)db.Scalar("SELECT fleet FROM progress"));
    }

    /// <summary>
    /// The next so many ended sessions after one of them, in the order of their ends, but for those that cannot be read; where to go on, unless
    /// these were the last.
    /// </summary>
    public static (List<Listed> Sessions, EndedAt? Last) Ended(SqliteStatements db, EndedAt after, int most, UnreadSessions unread)
    {
        var sessions = new List<Listed>(most);
        var (last, rows) = (after, 0);
        db.Hot(
            """
            SELECT view, ended_at, id FROM sessions INDEXED BY sessions_by_end
            WHERE live = 0 AND (ended_at, id) > (?1, ?2) ORDER BY ended_at, id LIMIT ?3
            """).Bind(after.Time).Bind(after.Id).Bind(most).Each(row =>
        {
            rows++;
            string id;
            try
            {
                var listed = StoredText.Listed(row.Bytes(0));
                sessions.Add(listed);
                id = listed.Id;
            }
            catch (Exception failure) when (StoredText.IsUnreadable(failure))
            {
                unread.Note(id = Id(row), failure);
            }

            last = new EndedAt(row.Number(1)!.Value, id);
        });
        return (sessions, rows == most ? last : null);
    }

    /// <summary>The views of a page. What ended has been stored; what of it is no longer kept, or can no longer be read, is left out.</summary>
    public static List<SessionView> Views(SqliteStatements db, IReadOnlyList<Found> page, UnreadSessions unread)
    {
        var views = new List<SessionView>(page.Count);
        foreach (var found in page)
        {
            if ((found.Live?.View ?? View(db, found.Id, unread)) is { } view)
            {
                views.Add(view);
            }
        }

        return views;
    }

    private static SessionView? View(SqliteStatements db, string id, UnreadSessions unread)
    {
        try
        {
            return db.Hot("SELECT view FROM sessions WHERE id = ?1").Bind(id).First(StoredText.View);
        }
        catch (Exception failure) when (StoredText.IsUnreadable(failure))
        {
            unread.Note(id, failure);
            return null;
        }
    }

    /// <summary>The session of a row that has its view, the rest and its id.</summary>
    private static Session Read(SqliteRow row)
    {
        try
        {
            return StoredText.Session(row.Bytes(0), row.Bytes(1));
        }
        catch (Exception failure) when (StoredText.IsUnreadable(failure))
        {
            throw new InvalidDataException($"what is stored of session {Id(row)} cannot be read ({failure.Message})", failure);
        }
    }

    private static string Id(SqliteRow row) => Encoding.UTF8.GetString(row.Bytes(2));
}

/// <summary>An ended session's place in the order of their ends.</summary>
internal readonly record struct EndedAt(long Time, string Id)
{
    public static readonly EndedAt First = new(long.MinValue, "");
}

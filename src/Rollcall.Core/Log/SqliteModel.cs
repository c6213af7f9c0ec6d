using System.Collections.Concurrent;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>
/// The read model, a row for each session, follows the events at a small distance: a row is written once for all that
/// happened to its session within a few seconds, and never looked at without what is not written yet, which is kept here.
/// What is durable is the events; after a crash the rows are brought forward from them. Changed by the writer only, asked
/// on any thread.
/// </summary>
internal sealed class SqliteModel(TimeProvider time)
{
    /// <summary>Rows that may be behind.</summary>
    private const int MostBehind = 8192;

    /// <summary>Events that rows may be behind: a start after a crash reads them again.</summary>
    private const int MostEvents = 131_072;

    /// <summary>Rows written with one batch, more than it has sessions itself: some milliseconds.</summary>
    private const int MostAtOnce = 1024;

    /// <summary>For so long a row may be behind while batches come.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

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

    private readonly ConcurrentDictionary<string, Behind> behind = new(StringComparer.Ordinal);

    /// <summary>How many there are: the dictionary takes all its locks to count them.</summary>
    private int count;

    /// <summary>Whose row fell behind when, by the first event that it lacks; some are no longer behind, or anew.</summary>
    private readonly Queue<(string Id, long Since, DateTimeOffset At)> order = new();

    /// <summary>A session's version; null when there is no such session.</summary>
    public long? Version(SqliteStatements db, string id) => behind.TryGetValue(id, out var recent)
        ? recent.Session.View.Version
        : db.Hot("SELECT version FROM sessions WHERE id = ?1").Bind(id).Number();

    /// <summary>A session whose row is behind; asked before the rows are read, so that nothing is missed in between.</summary>
    public Session? Recent(string id) => behind.TryGetValue(id, out var recent) ? recent.Session : null;

    /// <summary>All rows that are behind.</summary>
    public IReadOnlyCollection<Behind> All() => [.. behind.Values];

    /// <summary>The rows whose time has come, and those of which the batch has what no event tells, as it leaves them.</summary>
    public IReadOnlyCollection<Behind> Due(LogBatch batch, IReadOnlyDictionary<string, SqliteTold> told, long head)
    {
        var rows = new Dictionary<string, Behind>(StringComparer.Ordinal);
        var (now, most) = (time.GetUtcNow(), batch.Sessions.Count + MostAtOnce);
        foreach (var (id, since, at) in order)
        {
            if (rows.Count == most || (count - rows.Count <= MostBehind && head - since <= MostEvents && now - at < Longest))
            {
                break;
            }

            if (behind.TryGetValue(id, out var row) && row.Since == since)
            {
                rows[id] = row;
            }
        }

        foreach (var id in batch.Leases.Keys)
        {
            if (behind.TryGetValue(id, out var row))
            {
                rows[id] = row;
            }
        }

        var isAlone = batch.Entries.Count == 0;
        foreach (var session in rows.Count > 0 || isAlone || batch.Leases.Count > 0 ? batch.Sessions : [])
        {
            if (isAlone || rows.ContainsKey(session.View.Id) || batch.Leases.ContainsKey(session.View.Id))
            {
                rows[session.View.Id] = After(session, told, head);
            }
        }

        return rows.Values;
    }

    /// <summary>Up to where the rows hold what the events say, once these are written.</summary>
    public long Modelled(IReadOnlyCollection<Behind> written, long before)
    {
        var ids = written.Select(row => row.Session.View.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, since, _) in order)
        {
            if (!ids.Contains(id) && behind.TryGetValue(id, out var row) && row.Since == since)
            {
                return since - 1;
            }
        }

        return before;
    }

    /// <summary>Writes rows, within the caller's transaction.</summary>
    public static void Write(SqliteStatements db, IEnumerable<Behind> rows)
    {
        foreach (var row in rows)
        {
            Put(db, row);
        }
    }

    /// <summary>Takes note of what is durable: a batch, and rows that are no longer behind.</summary>
    public void Follow(IEnumerable<Session> batch, IReadOnlyDictionary<string, SqliteTold> told, long head, IEnumerable<Behind> written)
    {
        var now = time.GetUtcNow();

        // A batch may have touched a session before it told of another one, and told of it later or never.
        foreach (var row in batch.Select(session => After(session, told, head)).OrderBy(row => row.Since))
        {
            var id = row.Session.View.Id;
            if (!behind.ContainsKey(id))
            {
                order.Enqueue((id, row.Since, now));
                count++;
            }

            behind[id] = row;
        }

        foreach (var row in written)
        {
            count -= behind.TryRemove(row.Session.View.Id, out _) ? 1 : 0;
        }

        while (order.TryPeek(out var first) && !(behind.TryGetValue(first.Id, out var row) && row.Since == first.Since))
        {
            order.Dequeue();
        }
    }

    private Behind After(Session session, IReadOnlyDictionary<string, SqliteTold> told, long head) =>
        behind.TryGetValue(session.View.Id, out var earlier) ? earlier with { Session = session }
        : told.TryGetValue(session.View.Id, out var events) ? new(session, events.IsNew ? events.First : 0, events.First)
        : new(session, 0, head + 1);

    /// <summary>Brings the rows forward from the events that they lack.</summary>
    public static SqliteProgress CatchUp(SqliteStatements db, SqliteProgress before)
    {
        var sessions = new Dictionary<string, Behind>(StringComparer.Ordinal);
        foreach (var entry in Lacked(db, before.Modelled))
        {
            if (entry.SessionId is not { } id)
            {
                continue;
            }

            var (session, first, _) = sessions.TryGetValue(id, out var earlier) ? earlier
                : SqliteSessions.Find(db, id) is { } stored ? new Behind(stored, 0, 0)
                : new Behind(null!, entry.Seq, 0);

            if (entry.Version <= session?.View.Version)
            {
                continue;
            }

            if (entry.After(session) is { } after)
            {
                sessions[id] = new Behind(after, first, 0);
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

    private static void Put(SqliteStatements db, Behind row)
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

    /// <summary>A session whose row is behind.</summary>
    /// <param name="Session">As it is after the last durable event.</param>
    /// <param name="First">Its first event, when it has no row yet; else 0.</param>
    /// <param name="Since">The first event that its row lacks.</param>
    internal readonly record struct Behind(Session Session, long First, long Since);
}

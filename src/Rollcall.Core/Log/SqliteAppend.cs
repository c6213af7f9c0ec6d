using Microsoft.Data.Sqlite;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>Writes a batch and the read model's share of it, within the caller's transaction.</summary>
internal static class SqliteAppend
{
    private const int UniqueViolated = 2067;

    /// <summary>The name of the event that moves a session to another group; what else does is seldom.</summary>
    private static readonly string Status = EventNames.NameOf<SessionStatusChanged>();

    private const string AddEvent = "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

    private const string AddSession = """
        INSERT INTO sessions (id, version, live, grp, name, search, created_at, updated_at, ended_at, view, rest, last_seq, first_seq)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        """;

    private const string ChangeSession = """
        UPDATE sessions SET version = ?2, live = ?3, grp = ?4, name = ?5, search = ?6, created_at = ?7, updated_at = ?8,
            ended_at = ?9, view = ?10, rest = ?11, last_seq = ?12, lease_seconds = iif(?3, lease_seconds, NULL)
        WHERE id = ?1 AND version = ?13
        """;

    // What is left alone costs nothing, its indexes and triggers included: most events change no more than these do.
    private const string AsItWas = "WHERE id = ?1 AND version = ?6 AND live = 1 AND name IS ?8 COLLATE BINARY AND search = ?9";
    private const string MoveSession = $"UPDATE sessions SET version = ?2, updated_at = ?3, view = ?4, rest = ?5, last_seq = ?10 {AsItWas} AND grp = ?7";
    private const string RegroupSession = $"UPDATE sessions SET version = ?2, updated_at = ?3, view = ?4, rest = ?5, grp = ?7, last_seq = ?10 {AsItWas}";

    /// <exception cref="InvalidOperationException">The events do not follow the head without a gap.</exception>
    /// <exception cref="VersionConflictException">A session is no longer at the version the batch was decided on.</exception>
    public static SqliteProgress Write(SqliteStatements db, SqliteGroups groups, LogBatch batch, SqliteProgress before)
    {
        var told = new Dictionary<string, (long DecidedOn, long First)>(StringComparer.Ordinal);
        var regrouped = new HashSet<string>(StringComparer.Ordinal);
        var head = before.Head;
        var bytes = before.Bytes;
        foreach (var entry in batch.Entries)
        {
            if (entry.Seq != head + 1)
            {
                throw new InvalidOperationException($"The event after {head} must be {head + 1}, not {entry.Seq}.");
            }

            Add(db, entry);
            head = entry.Seq;
            bytes += entry.Payload.Length;
            if (entry.SessionId is { } id)
            {
                told.TryAdd(id, (entry.Version - 1, entry.Seq));
                if (entry.Event == Status)
                {
                    regrouped.Add(id);
                }
            }
        }

        var added = 0;
        foreach (var session in batch.Sessions)
        {
            var (decidedOn, first) = told.Remove(session.View.Id, out var events) ? events : (session.View.Version, session.View.Seq);
            var row = new Row(session, groups.Of(db, session.View), first, decidedOn);
            added += Put(db, row, regrouped.Contains(session.View.Id));
        }

        if (told.Count > 0)
        {
            throw new InvalidOperationException($"The events of {told.Keys.First()} come without the session's state.");
        }

        foreach (var (id, seconds) in batch.Leases)
        {
            db.Run("UPDATE sessions SET lease_seconds = ?2 WHERE id = ?1 AND live = 1", id, seconds);
        }

        foreach (var receipt in batch.Receipts)
        {
            db.Run(
                "INSERT INTO receipts VALUES (?1, ?2, ?3) ON CONFLICT (key) DO NOTHING",
                receipt.Key, receipt.SessionId, SqliteTime.Of(receipt.Time));
        }

        SqliteSegments.Close(db, before.Head, head);
        return before with { Head = head, Bytes = bytes, Sessions = before.Sessions + added, Fleet = batch.Fleet };
    }

    private static void Add(SqliteStatements db, LogEntry entry) => db.Hot(AddEvent)
        .Bind(entry.Seq).Bind(SqliteTime.Of(entry.Time)).Bind(entry.Event).Bind(entry.SessionId).Bind(entry.Project)
        .Bind(entry.Version).Bind(entry.Payload).Run();

    /// <summary>Changes a session's row if it is still at the version decided on, or adds it; the number of rows added.</summary>
    private static int Put(SqliteStatements db, Row row, bool regrouped)
    {
        if ((row.View.IsLive && ((!regrouped && row.Move(db.Hot(MoveSession)) > 0) || row.Move(db.Hot(RegroupSession)) > 0))
            || row.Change(db.Hot(ChangeSession)) > 0)
        {
            return 0;
        }

        try
        {
            return row.Add(db.Hot(AddSession));
        }
        catch (SqliteException there) when (there.SqliteExtendedErrorCode == UniqueViolated)
        {
            throw new VersionConflictException(row.View.Id, row.View.Version);
        }
    }

    /// <summary>A session as it is stored, the first of its events in the batch, and the version that it was decided on.</summary>
    private readonly struct Row(Session session, long group, long first, long decidedOn)
    {
        private readonly string search = SqliteSessions.SearchText(session.View);
        private readonly byte[] viewJson = StoredSession.View(session);
        private readonly byte[] restJson = StoredSession.Rest(session);

        public SessionView View => session.View;

        public int Move(SqliteStatement statement) => statement
            .Bind(View.Id).Bind(View.Version).Bind(SqliteTime.Of(View.UpdatedAt)).Bind(viewJson).Bind(restJson)
            .Bind(decidedOn).Bind(group).Bind(View.Name).Bind(search).Bind(View.Seq).Run();

        public int Change(SqliteStatement statement) => Whole(statement).Bind(decidedOn).Run();

        public int Add(SqliteStatement statement) => Whole(statement).Bind(first).Run();

        private SqliteStatement Whole(SqliteStatement statement) => statement
            .Bind(View.Id).Bind(View.Version).Bind(View.IsLive ? 1 : 0).Bind(group).Bind(View.Name).Bind(search)
            .Bind(SqliteTime.Of(View.CreatedAt)).Bind(SqliteTime.Of(View.UpdatedAt))
            .Bind(View.IsLive ? null : SqliteTime.Of(View.EndedAt ?? View.UpdatedAt)).Bind(viewJson).Bind(restJson).Bind(View.Seq);
    }
}

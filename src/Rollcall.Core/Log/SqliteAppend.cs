using Microsoft.Data.Sqlite;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>Writes a batch and the read model's share of it, within the caller's transaction.</summary>
internal static class SqliteAppend
{
    private const int UniqueViolated = 2067;

    private const string AddEvent = "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

    private const string AddSession = """
        INSERT INTO sessions (id, version, live, ended_at, view, rest) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        """;

    private const string ChangeSession = """
        UPDATE sessions SET version = ?2, live = ?3, ended_at = ?4, view = ?5, rest = ?6, lease_seconds = iif(?3, lease_seconds, NULL)
        WHERE id = ?1 AND version = ?7
        """;

    // What is left alone costs nothing, its indexes included: most events leave a session alive.
    private const string MoveSession = "UPDATE sessions SET version = ?2, view = ?3, rest = ?4 WHERE id = ?1 AND version = ?5 AND live = 1";

    /// <exception cref="InvalidOperationException">The events do not follow the head without a gap.</exception>
    /// <exception cref="VersionConflictException">A session is no longer at the version the batch was decided on.</exception>
    public static SqliteProgress Write(SqliteStatements db, LogBatch batch, SqliteProgress before)
    {
        var decidedOn = new Dictionary<string, long>(StringComparer.Ordinal);
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
                decidedOn.TryAdd(id, entry.Version - 1);
            }
        }

        var added = 0;
        foreach (var session in batch.Sessions)
        {
            added += Put(db, new Row(session, decidedOn.GetValueOrDefault(session.View.Id, session.View.Version)));
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

        return before with { Head = head, Bytes = bytes, Sessions = before.Sessions + added, Fleet = batch.Fleet };
    }

    private static void Add(SqliteStatements db, LogEntry entry)
    {
        try
        {
            db.Hot(AddEvent)
                .Bind(entry.Seq).Bind(SqliteTime.Of(entry.Time)).Bind(entry.Event).Bind(entry.SessionId).Bind(entry.Project)
                .Bind(entry.Version).Bind(entry.Payload).Run();
        }
        catch (SqliteException taken) when (taken.SqliteExtendedErrorCode == UniqueViolated)
        {
            throw new VersionConflictException(entry.SessionId!, entry.Version);
        }
    }

    /// <summary>Changes a session's row if it is still at the version decided on, or adds it; the number of rows added.</summary>
    private static int Put(SqliteStatements db, Row row)
    {
        if ((row.View.IsLive && row.Move(db.Hot(MoveSession)) > 0) || row.Change(db.Hot(ChangeSession)) > 0)
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

    /// <summary>A session as it is stored, and the version that it was decided on.</summary>
    private readonly struct Row(Session session, long decidedOn)
    {
        private readonly byte[] viewJson = StoredSession.View(session);
        private readonly byte[] restJson = StoredSession.Rest(session);

        public SessionView View => session.View;

        public int Move(SqliteStatement statement) => statement
            .Bind(View.Id).Bind(View.Version).Bind(viewJson).Bind(restJson).Bind(decidedOn).Run();

        public int Change(SqliteStatement statement) => Whole(statement).Bind(decidedOn).Run();

        public int Add(SqliteStatement statement) => Whole(statement).Run();

        private SqliteStatement Whole(SqliteStatement statement) => statement
            .Bind(View.Id).Bind(View.Version).Bind(View.IsLive ? 1 : 0)
            .Bind(View.IsLive ? null : SqliteTime.Of(View.EndedAt ?? View.UpdatedAt)).Bind(viewJson).Bind(restJson);
    }
}

using Microsoft.Data.Sqlite;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>Writes a batch and the read model's share of it, within the caller's transaction.</summary>
internal static class SqliteAppend
{
    private const int UniqueViolated = 2067;
    private const int PrimaryKeyViolated = 1555;

    private const string AddEvent = "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

    private const string AddSession = """
        INSERT INTO sessions (id, version, live, status, state, project, agent, host, name, search,
            created_at, updated_at, ended_at, view, rest)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
        """;

    private const string ChangeSession = """
        UPDATE sessions SET version = ?2, live = ?3, status = ?4, state = ?5, project = ?6, agent = ?7, host = ?8,
            name = ?9, search = ?10, created_at = ?11, updated_at = ?12, ended_at = ?13, view = ?14, rest = ?15,
            lease_seconds = iif(?3, lease_seconds, NULL)
        WHERE id = ?1 AND version = ?16
        """;

    /// <summary>What most events change; the rest, with its indexes, is left alone where it is as it was.</summary>
    private const string MoveSession = """
        UPDATE sessions SET version = ?3, status = ?4, state = ?5, updated_at = ?6, view = ?7, rest = ?8
        WHERE id = ?1 AND version = ?2 AND live = 1
            AND project IS ?9 AND agent IS ?10 AND host IS ?11 AND name IS ?12 COLLATE BINARY AND search = ?13
        """;

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
            added += Put(db, session, decidedOn.GetValueOrDefault(session.View.Id, session.View.Version));
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
    private static int Put(SqliteStatements db, Session session, long decidedOn)
    {
        var row = new Row(session);
        if ((row.Ended is null && row.Move(db.Hot(MoveSession), decidedOn) > 0) || row.Change(db.Hot(ChangeSession), decidedOn) > 0)
        {
            return 0;
        }

        try
        {
            return row.Add(db.Hot(AddSession));
        }
        catch (SqliteException there) when (there.SqliteExtendedErrorCode == PrimaryKeyViolated)
        {
            throw new VersionConflictException(session.View.Id, session.View.Version);
        }
    }

    /// <summary>A session as it is stored.</summary>
    private readonly struct Row(Session session)
    {
        private readonly SessionView view = session.View;
        private readonly string search = SqliteSessions.SearchText(session.View);
        private readonly byte[] viewJson = StoredSession.View(session);
        private readonly byte[] restJson = StoredSession.Rest(session);

        public long? Ended => view.IsLive ? null : SqliteTime.Of(view.EndedAt ?? view.UpdatedAt);

        public int Move(SqliteStatement statement, long decidedOn) => statement
            .Bind(view.Id).Bind(decidedOn).Bind(view.Version).Bind((int)view.Status).Bind((int)view.State)
            .Bind(SqliteTime.Of(view.UpdatedAt)).Bind(viewJson).Bind(restJson)
            .Bind(view.Project).Bind(view.Agent).Bind(view.Host).Bind(view.Name).Bind(search).Run();

        public int Change(SqliteStatement statement, long decidedOn) => Whole(statement).Bind(decidedOn).Run();

        public int Add(SqliteStatement statement) => Whole(statement).Run();

        private SqliteStatement Whole(SqliteStatement statement) => statement
            .Bind(view.Id).Bind(view.Version).Bind(view.IsLive ? 1 : 0).Bind((int)view.Status).Bind((int)view.State)
            .Bind(view.Project).Bind(view.Agent).Bind(view.Host).Bind(view.Name).Bind(search)
            .Bind(SqliteTime.Of(view.CreatedAt)).Bind(SqliteTime.Of(view.UpdatedAt)).Bind(Ended).Bind(viewJson).Bind(restJson);
    }
}

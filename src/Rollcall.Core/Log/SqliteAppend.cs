using System.Runtime.InteropServices;
using System.Text;

namespace Rollcall.Core.Log;

/// <summary>Writes a batch's events, and what no event tells, within the caller's transaction.</summary>
internal static class SqliteAppend
{
    private static readonly SqliteInsert Events = new("events", columns: 7);

    /// <param name="db">The connection.</param>
    /// <param name="behind">What is known of the sessions beside their rows.</param>
    /// <param name="segment">Whose the last events are.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="ahead">So many of its events are inserted already.</param>
    /// <param name="before">The running figures before it.</param>
    /// <returns>The running figures after it, and which sessions are told of.</returns>
    /// <exception cref="InvalidOperationException">The events do not follow the head without a gap, or a session's state is missing.</exception>
    /// <exception cref="VersionConflictException">A session is no longer at the version the batch was decided on.</exception>
    public static (SqliteProgress After, Dictionary<string, SqliteTold> Told) Write(
        SqliteStatements db, RowsBehind behind, SqliteOpenSegment segment, LogBatch batch, int ahead, SqliteProgress before)
    {
        var told = Check(db, behind, batch, before.Head);
        Insert(db, batch.Entries, ahead);
        var bytes = batch.Entries.Sum(entry => (long)entry.Payload.Length);
        foreach (var receipt in batch.Receipts)
        {
            // One of a request is there already only where its time is over.
            var added = db.Run(
                """
                INSERT INTO receipts VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (key) DO UPDATE SET time = excluded.time, outcomes = excluded.outcomes WHERE session_id IS NULL
                """,
                receipt.Key, receipt.SessionId, SqliteTime.Of(receipt.Time), receipt.Outcomes);

            // One without a session goes after its time, however much room there is.
            bytes += receipt.SessionId is null ? 0 : added * Encoding.UTF8.GetByteCount(receipt.Key);
        }

        if (batch.Fleet is not null)
        {
            db.Run("UPDATE progress SET fleet = ?1", batch.Fleet);
        }

        var head = before.Head + batch.Entries.Count;
        segment.Close(db, batch.Entries, before.Head);
        var begun = told.Values.Count(session => session.IsNew);
        return (before with { Head = head, Bytes = before.Bytes + bytes, Sessions = before.Sessions + begun }, told);
    }

    /// <summary>Inserts events, but for the first so many.</summary>
    public static void Insert(SqliteStatements db, IReadOnlyList<LogEntry> entries, int first = 0) => Events.Run(
        db,
        entries,
        static (insert, entry) => insert.Bind(entry.Seq).Bind(SqliteTime.Of(entry.Time)).Bind(entry.Event).Bind(entry.SessionId).Bind(entry.Project)
            .Bind(entry.Version).Bind(entry.Payload),
        first);

    /// <summary>Holds a batch against the log as it was before it.</summary>
    private static Dictionary<string, SqliteTold> Check(SqliteStatements db, RowsBehind behind, LogBatch batch, long head)
    {
        var told = new Dictionary<string, SqliteTold>(batch.Sessions.Count, StringComparer.Ordinal);
        foreach (var entry in batch.Entries)
        {
            if (entry.Seq != ++head)
            {
                throw new InvalidOperationException($"The event after {head - 1} must be {head}, not {entry.Seq}.");
            }

            if (entry.SessionId is { } id)
            {
                ref var session = ref CollectionsMarshal.GetValueRefOrAddDefault(told, id, out var isThere);
                session = isThere ? session : new SqliteTold(entry.Version - 1, entry.Seq, IsNew: false);
            }
        }

        var known = 0;
        foreach (var session in batch.Sessions)
        {
            var id = session.View.Id;
            var isTold = told.TryGetValue(id, out var events);
            var version = behind.Recent(id) is { } recent ? recent.View.Version : SqliteModel.Version(db, id);
            if (version is null && isTold)
            {
                // New, or removed since the batch was decided.
                told[id] = events with { IsNew = true };
            }
            else if (version != (isTold ? events.DecidedOn : session.View.Version))
            {
                throw new VersionConflictException(id, isTold ? events.DecidedOn + 1 : session.View.Version);
            }

            known += isTold ? 1 : 0;
        }

        return known == told.Count ? told : throw new InvalidOperationException("Events of a session come without its state.");
    }
}

/// <summary>What a batch tells of a session.</summary>
/// <param name="DecidedOn">The version it was decided on.</param>
/// <param name="First">The first event.</param>
/// <param name="IsNew">Whether nothing was known of it before.</param>
internal readonly record struct SqliteTold(long DecidedOn, long First, bool IsNew)
{
    public static readonly IReadOnlyDictionary<string, SqliteTold> Nothing = new Dictionary<string, SqliteTold>();
}

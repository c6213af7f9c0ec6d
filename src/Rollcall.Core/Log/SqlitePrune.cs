namespace Rollcall.Core.Log;

/// <summary>What one step of pruning removed, of which sessions everything, and whether the same step has more to do.</summary>
internal readonly record struct Pruned(SqliteProgress After, long Events, bool More, IReadOnlyList<string> Sessions)
{
    public Pruned(SqliteProgress after, long events, bool more)
        : this(after, events, more, [])
    {
    }
}

/// <summary>Removes what retention no longer keeps, in steps so short that an append hardly waits.</summary>
internal sealed class SqlitePrune(Retention retention, DateTimeOffset now)
{
    /// <summary>Rows removed in one transaction: some milliseconds of writing.</summary>
    private const int Chunk = 500;

    private readonly long expired = SqliteTime.Before(now, SqliteDocuments.Remembered);
    private readonly long oldOutput = SqliteTime.Before(now, retention.Output);
    private readonly long oldSession = SqliteTime.Before(now, retention.Sessions);

    /// <summary>The steps in their order: by age first, then by size; each is repeated while it has more to do.</summary>
    public IReadOnlyList<Func<SqliteStatements, SqliteProgress, Pruned>> Steps =>
    [
        Expired,
        (db, before) => Output(db, before, (time, _) => time <= oldOutput),
        Fleet,
        (db, before) => Sessions(db, before, (time, _) => time <= oldSession),
        (db, before) => Output(db, before, (_, bytes) => bytes > retention.MaxBytes),
        (db, before) => Sessions(db, before, (_, bytes) => bytes > retention.MaxBytes),
    ];

    private Pruned Expired(SqliteStatements db, SqliteProgress before)
    {
        var answers = db.Run(
            "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers WHERE time <= ?1 LIMIT ?2)", expired, Chunk);
        var receipts = db.Run(
            "DELETE FROM receipts WHERE rowid IN (SELECT rowid FROM receipts WHERE session_id IS NULL AND time <= ?1 LIMIT ?2)",
            expired, Chunk);
        return new Pruned(before, 0, answers == Chunk || receipts == Chunk);
    }

    private static Pruned Output(SqliteStatements db, SqliteProgress before, Func<long, long, bool> goes)
    {
        var (last, events, bytes) = Oldest(db, $"INDEXED BY events_of_output WHERE event = '{SqliteSchema.Output}'", before.Bytes, goes);
        return new Pruned(
            before with { Bytes = before.Bytes - bytes, OutputPrunedTo = Math.Max(before.OutputPrunedTo, last) }, events, events == Chunk);
    }

    private Pruned Fleet(SqliteStatements db, SqliteProgress before)
    {
        var (last, events, bytes) = Oldest(db, "INDEXED BY events_of_fleet WHERE session_id IS NULL", before.Bytes, (time, _) => time <= oldSession);
        return new Pruned(
            before with { Bytes = before.Bytes - bytes, PrunedTo = Math.Max(before.PrunedTo, last) }, events, events == Chunk);
    }

    /// <summary>Removes the oldest events of a kind up to the first that stays.</summary>
    private static (long Last, long Events, long Bytes) Oldest(
        SqliteStatements db, string kind, long bytes, Func<long, long, bool> goes)
    {
        var (last, events, freed) = (0L, 0L, 0L);
        using (var reader = db.Query($"SELECT seq, time, length(payload) FROM events {kind} ORDER BY seq LIMIT ?1", Chunk))
        {
            while (reader.Read() && goes(reader.GetInt64(1), bytes - freed))
            {
                last = reader.GetInt64(0);
                freed += reader.GetInt64(2);
                events++;
            }
        }

        if (events > 0)
        {
            db.Run($"DELETE FROM events {kind} AND seq <= ?1", last);
        }

        return (last, events, freed);
    }

    /// <summary>Removes ended sessions whole, the one that ended first before the others.</summary>
    private static Pruned Sessions(SqliteStatements db, SqliteProgress before, Func<long, long, bool> goes)
    {
        var after = before;
        var events = 0L;
        var gone = new List<string>();
        for (var room = Chunk; room > 0;)
        {
            if (FirstEnded(db) is not var (id, ended) || !goes(ended, after.Bytes))
            {
                return new Pruned(after, events, false, gone);
            }

            var part = SqliteEndedSession.Remove(db, id, after, room);
            after = part.After;
            events += part.Events;
            room -= part.Rows;
            if (part.IsGone)
            {
                gone.Add(id);
            }
        }

        return new Pruned(after, events, true, gone);
    }

    private static (string Id, long Ended)? FirstEnded(SqliteStatements db)
    {
        using var reader = db.Query("SELECT id, ended_at FROM sessions INDEXED BY sessions_by_end WHERE live = 0 ORDER BY ended_at, id LIMIT 1");
        return reader.Read() ? (reader.GetString(0), reader.GetInt64(1)) : null;
    }
}

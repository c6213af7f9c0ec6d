namespace Rollcall.Core.Log;

/// <summary>
/// Removes an ended session a part at a time: its oldest events first, its row last, so that until the end it is
/// found as it was, and one that begins a new life meanwhile goes on from its version.
/// </summary>
internal static class SqliteEndedSession
{
    /// <summary>Removes at most so many rows; the row itself goes with the last of them.</summary>
    public static (SqliteProgress After, long Events, int Rows, bool IsGone) Remove(SqliteStatements db, string id, SqliteProgress before, int most)
    {
        var end = LastEvent(db, id);
        var (last, lastOutput, bytes) = (0L, 0L, 0L);
        var removed = new List<long>();
        foreach (var places in SqliteSegments.Places(db, id, 0, long.MaxValue, backwards: false).TakeWhile(_ => removed.Count < most))
        {
            using var reader = db.Query(
                "SELECT seq, event, length(payload) FROM json_each(?1) CROSS JOIN events ON seq = value ORDER BY seq LIMIT ?2",
                places, most - removed.Count);
            while (reader.Read())
            {
                removed.Add(last = reader.GetInt64(0));
                lastOutput = reader.GetString(1) == SqliteSchema.Output ? last : lastOutput;
                bytes += reader.GetInt64(2);
            }
        }

        var events = db.Run("DELETE FROM events WHERE seq IN (SELECT value FROM json_each(?1))", $"[{string.Join(',', removed)}]");
        SqliteSegments.Forget(db, id, last);
        const string receipts = "FROM receipts WHERE session_id = ?1 ORDER BY rowid LIMIT ?2";
        bytes += (long)db.Scalar($"SELECT coalesce(sum({SqliteSchema.ReceiptBytes}), 0) FROM (SELECT key {receipts})", id, most - events)!;
        var rows = events + db.Run($"DELETE FROM receipts WHERE rowid IN (SELECT rowid {receipts})", id, most - events);
        var gone = 0;
        if (rows < most)
        {
            SqliteSegments.ForgetAll(db, id);
            gone = db.Run("DELETE FROM sessions WHERE id = ?1", id);
        }

        var after = before with
        {
            Bytes = before.Bytes - bytes,
            Sessions = before.Sessions - gone,
            // From its first part on: what is left of it no longer tells how it began.
            PrunedTo = Math.Max(before.PrunedTo, end),
            OutputPrunedTo = Math.Max(before.OutputPrunedTo, lastOutput),
        };
        return (after, events, rows + gone, gone > 0);
    }

    /// <summary>The sequence number of its last event; 0 when it has none left.</summary>
    private static long LastEvent(SqliteStatements db, string id)
    {
        foreach (var places in SqliteSegments.Places(db, id, 0, long.MaxValue, backwards: true))
        {
            if (db.Scalar("SELECT max(value) FROM json_each(?1)", places) is long last)
            {
                return last;
            }
        }

        return 0;
    }
}

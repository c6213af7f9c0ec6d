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
        var (version, last, lastOutput, events, bytes) = (0L, 0L, 0L, 0, 0L);
        using (var reader = db.Query(
            "SELECT version, seq, event, length(payload) FROM events WHERE session_id = ?1 ORDER BY version LIMIT ?2", id, most))
        {
            while (reader.Read())
            {
                version = reader.GetInt64(0);
                last = reader.GetInt64(1);
                lastOutput = reader.GetString(2) == SqliteSchema.Output ? last : lastOutput;
                bytes += reader.GetInt64(3);
                events++;
            }
        }

        db.Run("DELETE FROM events WHERE session_id = ?1 AND version <= ?2", id, version);
        var rows = events + db.Run(
            "DELETE FROM receipts WHERE rowid IN (SELECT rowid FROM receipts WHERE session_id = ?1 LIMIT ?2)", id, most - events);
        var gone = rows < most ? db.Run("DELETE FROM sessions WHERE id = ?1", id) : 0;
        var after = before with
        {
            Bytes = before.Bytes - bytes,
            Sessions = before.Sessions - gone,
            PrunedTo = Math.Max(before.PrunedTo, last),
            OutputPrunedTo = Math.Max(before.OutputPrunedTo, lastOutput),
        };
        return (after, events, rows + gone, gone > 0);
    }
}

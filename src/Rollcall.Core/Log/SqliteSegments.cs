namespace Rollcall.Core.Log;

/// <summary>
/// Which events are a session's. The log is cut into segments of <see cref="Length"/> sequence numbers; when one is full, a
/// row for each session in it lists their places. That is written in order and once, where an index by session would
/// move a page of its own for nearly every event. The last segment has no rows yet: it is looked through.
/// </summary>
internal static class SqliteSegments
{
    /// <summary>Sequence numbers of a segment: what looking through the last one takes, against the number of rows.</summary>
    public const int Length = 1024;

    public const string Tables = """
        CREATE TABLE segments (
            segment INTEGER NOT NULL, session_id TEXT NOT NULL, seqs TEXT NOT NULL,
            PRIMARY KEY (segment, session_id)) WITHOUT ROWID;
        """;

    /// <summary>Version 2 had an index by session.</summary>
    public static readonly string FromVersion2 = $"""
        DROP INDEX events_by_session;
        {Tables}
        INSERT INTO segments SELECT (seq - 1) / {Length}, session_id, json_group_array(seq) FROM events
            WHERE session_id IS NOT NULL AND seq <= (SELECT head / {Length} * {Length} FROM progress) GROUP BY 1, 2;
        """;

    /// <summary>Lists the events of a segment that became full, as they are stored.</summary>
    public static void Close(SqliteStatements db, long segment) => db.Hot("""
        INSERT INTO segments SELECT ?1, session_id, json_group_array(seq) FROM events NOT INDEXED
        WHERE seq > ?2 AND seq <= ?3 AND session_id IS NOT NULL GROUP BY session_id
        """)
        .Bind(segment).Bind(segment * Length).Bind((segment + 1) * Length).Run();

    /// <summary>
    /// Where a session's events are, segment by segment as JSON arrays of sequence numbers; pruned ones may still be among
    /// them, and some that lie outside of the range.
    /// </summary>
    /// <param name="db">The connection.</param>
    /// <param name="sessionId">Whose.</param>
    /// <param name="after">From the segment that holds the event after this one.</param>
    /// <param name="upTo">To the segment that holds this one.</param>
    /// <param name="backwards">The last segment first.</param>
    public static IEnumerable<string> Places(SqliteStatements db, string sessionId, long after, long upTo, bool backwards)
    {
        var (head, parts) = Life(db, sessionId);
        var open = head / Length;
        foreach (var (first, last) in backwards ? parts.Reverse() : parts)
        {
            var (from, to) = (Math.Max(first, after / Length), Math.Min(last, (upTo - 1) / Length));
            var looks = from <= open && open <= to;
            if (looks && backwards)
            {
                yield return Look(db, sessionId, open);
            }

            using (var rows = db.Query(backwards ? Backwards : Forwards, from, Math.Min(to, open - 1), sessionId))
            {
                while (rows.Read())
                {
                    yield return rows.GetString(0);
                }
            }

            if (looks && !backwards)
            {
                yield return Look(db, sessionId, open);
            }
        }
    }

    /// <summary>Forgets an ended session's places up to one, in so far as its whole segments are done with.</summary>
    public static void Forget(SqliteStatements db, string sessionId, long upTo)
    {
        ForgetBefore(db, sessionId, upTo / Length);
        db.Run("UPDATE sessions SET first_seq = max(first_seq, ?2) WHERE id = ?1", sessionId, upTo + 1);
    }

    /// <summary>Forgets all places of a session, before its row goes.</summary>
    public static void ForgetAll(SqliteStatements db, string sessionId) => ForgetBefore(db, sessionId, long.MaxValue);

    private static void ForgetBefore(SqliteStatements db, string sessionId, long segment)
    {
        var (_, parts) = Life(db, sessionId);
        foreach (var (first, last) in parts)
        {
            db.Run(
                $"DELETE FROM segments WHERE session_id = ?3 AND segment IN (WITH RECURSIVE {Up} SELECT k FROM n)",
                first, Math.Min(last, segment - 1), sessionId);
        }
    }

    private const string Up = "n(k) AS (SELECT ?1 WHERE ?1 <= ?2 UNION ALL SELECT k + 1 FROM n WHERE k < ?2)";
    private const string Down = "n(k) AS (SELECT ?2 WHERE ?1 <= ?2 UNION ALL SELECT k - 1 FROM n WHERE k > ?1)";
    private const string Listed = "SELECT seqs FROM n CROSS JOIN segments ON segment = k AND session_id = ?3";
    private const string Forwards = $"WITH RECURSIVE {Up} {Listed}";
    private const string Backwards = $"WITH RECURSIVE {Down} {Listed}";

    /// <summary>The places in the last segment.</summary>
    private static string Look(SqliteStatements db, string sessionId, long open) => (string)db.Scalar(
        "SELECT json_group_array(seq) FROM events NOT INDEXED WHERE seq > ?1 AND session_id = ?2", open * Length, sessionId)!;

    /// <summary>
    /// The head, and the segments in which a session may have events: from the first that its row knows of to the last, and
    /// those that the rows of sessions are behind.
    /// </summary>
    private static (long Head, (long First, long Last)[] Parts) Life(SqliteStatements db, string sessionId)
    {
        using var row = db.Query("SELECT head, modelled, first_seq, last_seq FROM progress LEFT JOIN sessions ON id = ?1", sessionId);
        row.Read();
        var (head, modelled) = (row.GetInt64(0), row.GetInt64(1));
        var (open, recent) = (head / Length, modelled / Length);
        if (row.IsDBNull(2))
        {
            return (head, [(recent, open)]);
        }

        var (first, last) = ((row.GetInt64(2) - 1) / Length, Math.Min(open, (row.GetInt64(3) - 1) / Length));
        return (head, [(first, last), (Math.Max(recent, last + 1), open)]);
    }
}

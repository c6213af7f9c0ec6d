namespace Rollcall.Core.Log;

/// <summary>Reads and writes everything small: receipts, answers, documents and the audit log.</summary>
internal static class SqliteDocuments
{
    /// <summary>How long a repeated request is recognised, by the contract of <c>Idempotency-Key</c>.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(24);

    /// <summary>The receipts that count: one of a request for its time, one of a report as long as its session is kept.</summary>
    public static IReadOnlyDictionary<string, string?> Known(SqliteStatements db, IReadOnlyCollection<string> keys, DateTimeOffset now)
    {
        var known = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            using var reader = db.Query(
                "SELECT outcomes FROM receipts WHERE key = ?1 AND (session_id IS NOT NULL OR time > ?2)", key, SqliteTime.Before(now, Remembered));
            if (reader.Read())
            {
                known[key] = reader.IsDBNull(0) ? null : reader.GetString(0);
            }
        }

        return known;
    }

    public static string? Read(SqliteStatements db, string name) =>
        (string?)db.Scalar("SELECT json FROM documents WHERE name = ?1", name);

    public static void Write(SqliteStatements db, string name, string json) =>
        db.Run("INSERT INTO documents VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET json = excluded.json", name, json);

    public static void Audit(SqliteStatements db, AuditEntry entry) => db.Run(
        "INSERT INTO audit (time, principal, action, detail) VALUES (?1, ?2, ?3, ?4)",
        SqliteTime.Of(entry.Time), entry.Principal, entry.Action, entry.Detail);

    public static StoredAnswer? Answer(SqliteStatements db, string key, DateTimeOffset now)
    {
        using var reader = db.Query(
            "SELECT status, content_type, body, time FROM answers WHERE key = ?1 AND time > ?2", key, SqliteTime.Before(now, Remembered));
        return reader.Read()
            ? new StoredAnswer(
                reader.GetInt32(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetFieldValue<byte[]>(2),
                SqliteTime.Of(reader.GetInt64(3)))
            : null;
    }

    /// <summary>Stores an answer, unless there is one that has not expired.</summary>
    public static void Answer(SqliteStatements db, string key, StoredAnswer answer, DateTimeOffset now) => db.Run(
        """
        INSERT INTO answers VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (key) DO UPDATE SET
            status = excluded.status, content_type = excluded.content_type, body = excluded.body, time = excluded.time
        WHERE answers.time <= ?6
        """,
        key, answer.Status, answer.ContentType, answer.Body, SqliteTime.Of(answer.Time), SqliteTime.Before(now, Remembered));
}

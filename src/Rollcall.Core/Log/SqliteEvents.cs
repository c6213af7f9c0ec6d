using Microsoft.Data.Sqlite;

namespace Rollcall.Core.Log;

/// <summary>Reads events.</summary>
internal static class SqliteEvents
{
    public static IReadOnlyList<LogEntry> Read(SqliteStatements db, LogRange range)
    {
        // The most selective filter leads: SQLite, which keeps no statistics here, is told which index to take.
        var index = range.SessionId is not null ? "INDEXED BY events_by_session"
            : range.Event is not null ? "INDEXED BY events_by_name"
            : range.Project is not null ? "INDEXED BY events_by_project"
            : "NOT INDEXED";
        var values = new List<object?> { range.After, range.UpTo, Math.Max(0, range.Limit) };
        var where = "seq > ?1 AND seq <= ?2";
        Equal("session_id", range.SessionId);
        Equal("event", range.Event);
        Equal("project", range.Project);
        where += range.WithOutput ? "" : $" AND event <> '{SqliteSchema.Output}'";

        // A session's versions rise with the sequence numbers, and its index is sorted by them.
        var order = (range.SessionId is null ? "seq" : "version") + (range.Last ? " DESC" : "");
        using var reader = db.Query(
            $"SELECT seq, time, event, session_id, project, version, payload FROM events {index} WHERE {where} ORDER BY {order} LIMIT ?3",
            [.. values]);
        var entries = new List<LogEntry>();
        while (reader.Read())
        {
            entries.Add(Entry(reader));
        }

        if (range.Last)
        {
            entries.Reverse();
        }

        return entries;

        void Equal(string column, string? value)
        {
            if (value is not null)
            {
                values.Add(value);
                where += $" AND {column} = ?{values.Count}";
            }
        }
    }

    private static LogEntry Entry(SqliteDataReader row) => new(
        row.GetInt64(0),
        SqliteTime.Of(row.GetInt64(1)),
        row.GetString(2),
        row.IsDBNull(3) ? null : row.GetString(3),
        row.IsDBNull(4) ? null : row.GetString(4),
        row.GetInt64(5),
        row.GetFieldValue<byte[]>(6));
}

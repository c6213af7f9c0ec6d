using Microsoft.Data.Sqlite;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>Reads events.</summary>
internal static class SqliteEvents
{
    public static IReadOnlyList<LogEntry> Read(SqliteStatements db, LogRange range)
    {
        // SQLite, which keeps no statistics here, is told which index to take. What the fleet told is little, and so is
        // what of a session has a name of its own: there is no index by name that every event would have to pay for.
        var values = new List<object?> { range.After, range.UpTo, Math.Max(0, range.Limit) };
        var (index, where) = range switch
        {
            { SessionId: not null } => ("INDEXED BY events_by_session", ""),
            { Event: SqliteSchema.Output } => ("INDEXED BY events_of_output", $"event = '{SqliteSchema.Output}' AND "),
            { Event: { } name } when EventNames.TypeOf(name)?.IsSubclassOf(typeof(SessionEvent)) == false => ("INDEXED BY events_of_fleet", "session_id IS NULL AND "),
            _ => ("NOT INDEXED", ""),
        };
        where += "seq > ?1 AND seq <= ?2";
        Equal("session_id", range.SessionId);
        Equal("event", range.Event);
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

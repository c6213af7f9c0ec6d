using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>Reads events.</summary>
internal static class SqliteEvents
{
    public static IReadOnlyList<LogEntry> Read(SqliteStatements db, LogRange range)
    {
        var entries = range.SessionId is null ? OfAll(db, range) : OfSession(db, range, range.SessionId);
        if (range.Last)
        {
            entries.Reverse();
        }

        return entries;
    }

    /// <summary>Segment by segment, until there are enough.</summary>
    private static List<LogEntry> OfSession(SqliteStatements db, LogRange range, string id)
    {
        var (entries, room) = (new List<LogEntry>(), range.ByteLimit);
        foreach (var places in SqliteSegments.Places(db, id, range.After, range.UpTo, range.Last))
        {
            if (entries.Count >= range.Limit || room <= 0)
            {
                break;
            }

            Select(db, entries, range, ref room, "json_each(?4) CROSS JOIN events ON seq = value WHERE", [places]);
        }

        return entries;
    }

    /// <summary>
    /// SQLite, which keeps no statistics here, is told which index to take. What the fleet told is little, and so is output
    /// for who asks for it alone; there is no index by name that every event would have to pay for.
    /// </summary>
    private static List<LogEntry> OfAll(SqliteStatements db, LogRange range)
    {
        var (entries, room) = (new List<LogEntry>(), range.ByteLimit);
        var source = range.Event switch
        {
            SqliteSchema.Output => $"events INDEXED BY events_of_output WHERE event = '{SqliteSchema.Output}' AND",
            { } name when EventNames.TypeOf(name)?.IsSubclassOf(typeof(SessionEvent)) == false => "events INDEXED BY events_of_fleet WHERE session_id IS NULL AND",
            _ => "events NOT INDEXED WHERE",
        };
        Select(db, entries, range, ref room, source, []);
        return entries;
    }

    /// <param name="db">The connection.</param>
    /// <param name="entries">Where the events go, at most as many as the range allows in all.</param>
    /// <param name="range">Which events.</param>
    /// <param name="room">Bytes of payload that they may still take; the last of them may take more.</param>
    /// <param name="source">Where they are looked for, and what must hold there.</param>
    /// <param name="parameters">The source's, from ?4 on.</param>
    private static void Select(SqliteStatements db, List<LogEntry> entries, LogRange range, ref long room, string source, string[] parameters)
    {
        List<object?> values = [range.After, range.UpTo, Math.Max(0, range.Limit - entries.Count), .. parameters];
        var named = range.Event is { } name ? $" AND event = ?{Bind(name)}" : "";
        var seen = range.Projects is { } projects ? $" AND project IN (SELECT value FROM json_each(?{Bind(JsonSerializer.Serialize([.. projects], StoredSessionJson.Default.StringArray))}))" : "";
        var silent = range.WithOutput ? "" : $" AND event <> '{SqliteSchema.Output}'";
        using var reader = db.Query(
            $"""
            SELECT seq, time, event, session_id, project, version, payload FROM {source} seq > ?1 AND seq <= ?2{named}{silent}{seen}
            ORDER BY seq{(range.Last ? " DESC" : "")} LIMIT ?3
            """,
            [.. values]);
        while (room > 0 && reader.Read())
        {
            var entry = Entry(reader);
            entries.Add(entry);
            room -= entry.Payload.Length;
        }

        int Bind(string value)
        {
            values.Add(value);
            return values.Count;
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

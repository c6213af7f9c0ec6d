using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Rollcall.Core.Log;

namespace Rollcall.Bench.Measures;

/// <summary>
/// The limit of the log: the rows that a hub has written, read from its file, written again by a bare
/// Microsoft.Data.Sqlite loop: statements prepared once, a transaction per batch, the same durability. It knows the rows;
/// the hub makes them.
/// </summary>
internal sealed class BareLoop
{
    private const string Tables = "'events', 'segments', 'sessions', 'progress'";

    private readonly List<object[]> _events = [];
    private readonly Dictionary<long, List<object[]>> _segments;
    private readonly List<object[]> _sessions = [];
    private readonly List<object[]> _progress = [];
    private readonly List<string> _schema = [];

    /// <summary>Reads the last rows of a hub's file that nobody has open.</summary>
    public BareLoop(string file, int events)
    {
        using var db = Open(file);
        _events.AddRange(Rows(db, $"SELECT * FROM (SELECT * FROM events ORDER BY seq DESC LIMIT {events}) ORDER BY seq"));
        _segments = Rows(db, $"SELECT * FROM segments WHERE segment >= {Segment((long)_events[0][0])} ORDER BY segment, session_id")
            .GroupBy(row => (long)row[0]).ToDictionary(segment => segment.Key, segment => segment.ToList());
        _sessions.AddRange(Rows(db, "SELECT * FROM sessions"));
        _progress.AddRange(Rows(db, "SELECT rowid, * FROM progress"));
        _schema.AddRange(Rows(db, $"SELECT sql FROM sqlite_master WHERE tbl_name IN ({Tables}) AND sql IS NOT NULL ORDER BY type DESC").Select(row => (string)row[0]));
    }

    /// <summary>Writes all events in batches; the commands a second that this stands for.</summary>
    /// <param name="folder">Where the file goes.</param>
    /// <param name="rows">What else is written with them.</param>
    /// <param name="commands">Commands in a batch.</param>
    /// <param name="eventsEach">Events of a command.</param>
    public double Run(string folder, BareRows rows, int commands, int eventsEach)
    {
        using var db = Open(Path.Combine(folder, $"bare-{Guid.NewGuid():N}.db"));
        Execute(db, SqliteSchema.Pragmas);
        _schema.ForEach(sql => Execute(db, sql));
        using var addEvent = Insert(db, "events", _events[0].Length, "");
        using var addPlaces = Insert(db, "segments", _segments.Values.First()[0].Length, "");
        using var putSession = Insert(db, "sessions", _sessions[0].Length, "OR REPLACE ");
        using var putProgress = Insert(db, "progress (rowid, head, bytes, sessions, pruned_to, output_pruned_to, fleet, modelled)", _progress[0].Length, "OR REPLACE ");
        Transaction(db, [(putSession, _sessions)]);

        var began = Stopwatch.GetTimestamp();
        var (written, session) = (0, 0);
        while (written + (commands * eventsEach) <= _events.Count)
        {
            var events = _events.GetRange(written, commands * eventsEach);
            Transaction(db, rows switch
            {
                BareRows.Events => [(addEvent, events)],
                BareRows.Same => [(addEvent, events), (addPlaces, Closed(events)), (putProgress, _progress)],
                _ => [(addEvent, events), (putSession, Enumerable.Range(session, commands).Select(i => _sessions[i % _sessions.Count]))],
            });
            written += commands * eventsEach;
            session += commands;
        }

        return written / eventsEach / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>The rows of the segments that end with some events.</summary>
    private List<object[]> Closed(List<object[]> events)
    {
        var (first, behind) = (Segment((long)events[0][0]), Segment((long)events[^1][0] + 1));
        return first == behind ? [] : _segments.GetValueOrDefault(first) ?? [];
    }

    /// <summary>Where the places of an event are: each segment is 1,024 sequence numbers.</summary>
    private static long Segment(long seq) => (seq - 1) / 1024;

    private static void Transaction(SqliteConnection db, IEnumerable<(SqliteCommand Put, IEnumerable<object[]> Rows)> parts)
    {
        using var transaction = db.BeginTransaction();
        foreach (var (put, rows) in parts)
        {
            foreach (var row in rows)
            {
                Run(put, transaction, row);
            }
        }

        transaction.Commit();
    }

    private static void Run(SqliteCommand command, SqliteTransaction transaction, object[] row)
    {
        command.Transaction = transaction;
        for (var i = 0; i < row.Length; i++)
        {
            command.Parameters[i].Value = row[i];
        }

        command.ExecuteNonQuery();
    }

    private static SqliteCommand Insert(SqliteConnection db, string table, int columns, string or)
    {
        var command = db.CreateCommand();
        command.CommandText = $"INSERT {or}INTO {table} VALUES ({string.Join(", ", Enumerable.Range(1, columns).Select(i => $"?{i}"))})";
        for (var i = 1; i <= columns; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = $"?{i}" });
        }

        command.Prepare();
        return command;
    }

    private static List<object[]> Rows(SqliteConnection db, string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    private static void Execute(SqliteConnection db, string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Open(string file)
    {
        SQLitePCL.Batteries_V2.Init();
        var db = new SqliteConnection($"Data Source={file};Pooling=false");
        db.Open();
        return db;
    }
}

/// <summary>What a bare loop writes with each batch.</summary>
internal enum BareRows
{
    /// <summary>Its events.</summary>
    Events,

    /// <summary>All that the hub writes in the same transaction, but for the row of a session now and then: its events, where each session's lie, and the running figures.</summary>
    Same,

    /// <summary>Its events, and the row of each command's session, which the hub writes once for many commands.</summary>
    WithSessions,
}

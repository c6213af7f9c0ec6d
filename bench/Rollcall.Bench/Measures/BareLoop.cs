using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Rollcall.Bench.Measures;

/// <summary>
/// The limit of the log: the rows that a hub has written, read from its file, written again by a bare
/// Microsoft.Data.Sqlite loop: statements prepared once, a transaction per batch, the same durability.
/// </summary>
internal sealed class BareLoop
{
    private readonly List<object[]> _events = [];
    private readonly List<object[]> _sessions = [];
    private readonly List<string> _tables = [];
    private readonly List<string> _indexes = [];

    /// <summary>Reads the last rows of a hub's file that nobody has open.</summary>
    public BareLoop(string file, int events)
    {
        using var db = Open(file);
        _events.AddRange(Rows(db, $"SELECT * FROM (SELECT * FROM events ORDER BY seq DESC LIMIT {events}) ORDER BY seq"));
        _sessions.AddRange(Rows(db, "SELECT * FROM sessions"));
        _tables.AddRange(Rows(db, "SELECT sql FROM sqlite_master WHERE type = 'table' AND name IN ('events', 'sessions')").Select(row => (string)row[0]));
        _indexes.AddRange(Rows(db, "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('events', 'sessions') AND sql IS NOT NULL").Select(row => (string)row[0]));
    }

    /// <summary>Writes all events, and with every batch of them its sessions' rows if it is to; the commands a second that this stands for.</summary>
    /// <param name="folder">Where the file goes.</param>
    /// <param name="rows">Whether the row of a command's session is written with it; the hub does so once for many commands.</param>
    /// <param name="commands">Commands in a batch.</param>
    /// <param name="eventsEach">Events of a command.</param>
    public double Run(string folder, bool rows, int commands, int eventsEach)
    {
        using var db = Open(Path.Combine(folder, $"bare-{Guid.NewGuid():N}.db"));
        Execute(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864");
        _tables.ForEach(sql => Execute(db, sql));
        _indexes.ForEach(sql => Execute(db, sql));
        using var addEvent = Insert(db, "events", _events[0].Length, "");
        using var putSession = Insert(db, "sessions", _sessions[0].Length, "OR REPLACE ");
        Transaction(_sessions, [], db, putSession, addEvent);

        var began = Stopwatch.GetTimestamp();
        var written = 0;
        var session = 0;
        while (written + (commands * eventsEach) <= _events.Count)
        {
            var sessions = Enumerable.Range(session, rows ? commands : 0).Select(i => _sessions[i % _sessions.Count]);
            Transaction(sessions, _events.Skip(written).Take(commands * eventsEach), db, putSession, addEvent);
            written += commands * eventsEach;
            session += commands;
        }

        return written / eventsEach / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static void Transaction(
        IEnumerable<object[]> sessions, IEnumerable<object[]> events, SqliteConnection db, SqliteCommand putSession, SqliteCommand addEvent)
    {
        using var transaction = db.BeginTransaction();
        foreach (var row in events)
        {
            Run(addEvent, transaction, row);
        }

        foreach (var row in sessions)
        {
            Run(putSession, transaction, row);
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

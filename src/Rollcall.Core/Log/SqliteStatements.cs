using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rollcall.Core.Log;

/// <summary>A connection and its prepared statements. Unsynchronised: one caller at a time.</summary>
internal sealed class SqliteStatements : IDisposable
{
    /// <summary>Nobody else writes to the file, so that only a checkpoint or a foreign tool can be in the way.</summary>
    private const int BusySeconds = 5;

    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SqliteStatement> hot = new(StringComparer.Ordinal);
    private readonly SqliteConnection connection;

    static SqliteStatements()
    {
        Batteries_V2.Init();

        // Every connection here is used by one caller at a time: SQLite's own locks around it would guard nothing.
        // Nor does anybody ask how much memory it has taken, which is counted under a lock.
        raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
        raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    public SqliteStatements(string file, SqliteOpenMode mode)
    {
        connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ToString());
        connection.Open();
        raw.sqlite3_busy_timeout(connection.Handle, BusySeconds * 1000);
    }

    /// <summary>Whether the file was moved or removed, or another was put in its place: what is written would be found by nobody.</summary>
    public bool HasLostItsFile => SqliteNative.HasMoved(connection.Handle!.DangerousGetHandle());

    /// <summary>Runs a statement whose parameters are ?1, ?2 …; the number of rows it changed.</summary>
    public int Run(string sql, params ReadOnlySpan<object?> values) => Bind(Prepared(sql), values).ExecuteNonQuery();

    /// <summary>A statement that runs with every event, or for every row of a list, to be bound column by column. Free when it is not running.</summary>
    public SqliteStatement Hot(string sql)
    {
        if (!hot.TryGetValue(sql, out var statement))
        {
            hot.Add(sql, statement = new SqliteStatement(connection.Handle!, sql));
        }

        return statement;
    }

    /// <summary>Runs a query that is asked often; its statement is kept.</summary>
    public SqliteDataReader Query(string sql, params ReadOnlySpan<object?> values) => Bind(Prepared(sql), values).ExecuteReader();

    /// <summary>The first column of the first row; null when there is none.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values) =>
        Bind(Prepared(sql), values).ExecuteScalar() is { } value and not DBNull ? value : null;

    /// <summary>Runs statements without parameters, once.</summary>
    public void Script(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Begins a transaction; one that could not be taken back earlier is taken back first.</summary>
    public void Begin(bool write)
    {
        Rollback();
        Hot(write ? "BEGIN IMMEDIATE" : "BEGIN").Run();
    }

    public void Commit() => Hot("COMMIT").Run();

    /// <summary>Takes back the open transaction, unless SQLite did so itself, as it does on a full disk.</summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(connection.Handle) == 0)
        {
            Run("ROLLBACK");
        }
    }

    public void Dispose()
    {
        foreach (var statement in hot.Values)
        {
            statement.Dispose();
        }

        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private SqliteCommand Prepared(string sql)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            command.Prepare();
            prepared.Add(sql, command);
        }

        return command;
    }

    private static SqliteCommand Bind(SqliteCommand command, ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i == command.Parameters.Count)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"?{i + 1}" });
            }

            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }
}

using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rollcall.Core.Log;

/// <summary>
/// A prepared statement bound by position, without a parameter object, a boxed value or a look-up by name: what is
/// done for every event is done here. Unsynchronised, as its connection is.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    /// <summary>Texts up to so many bytes are encoded on the stack.</summary>
    private const int OnStack = 512;

    private readonly sqlite3 connection;
    private readonly sqlite3_stmt statement;
    private int bound;

    public SqliteStatement(sqlite3 connection, string sql)
    {
        this.connection = connection;
        SqliteException.ThrowExceptionForRC(
            raw.sqlite3_prepare_v3(connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement), connection);
    }

    /// <summary>Binds the next parameter.</summary>
    public SqliteStatement Bind(long value) => Bound(raw.sqlite3_bind_int64(statement, ++bound, value));

    /// <inheritdoc cref="Bind(long)"/>
    public SqliteStatement Bind(long? value) => value is { } known ? Bind(known) : Bound(raw.sqlite3_bind_null(statement, ++bound));

    /// <inheritdoc cref="Bind(long)"/>
    public SqliteStatement Bind(string? value)
    {
        if (value is null)
        {
            return Bound(raw.sqlite3_bind_null(statement, ++bound));
        }

        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        var utf8 = most <= OnStack ? stackalloc byte[OnStack] : new byte[most];
        return Bound(raw.sqlite3_bind_text(statement, ++bound, utf8[..Encoding.UTF8.GetBytes(value, utf8)]));
    }

    /// <inheritdoc cref="Bind(long)"/>
    public SqliteStatement Bind(byte[] value) => Bound(raw.sqlite3_bind_blob(statement, ++bound, value));

    /// <summary>Runs it; the number of rows it changed. It is free to be bound anew, whatever happens.</summary>
    public int Run()
    {
        bound = 0;
        var result = raw.sqlite3_step(statement);
        if (result is raw.SQLITE_DONE or raw.SQLITE_ROW)
        {
            raw.sqlite3_reset(statement);
            return raw.sqlite3_changes(connection);
        }

        var failure = Failure(result);
        raw.sqlite3_reset(statement);
        throw failure;
    }

    public void Dispose() => statement.Dispose();

    private SqliteStatement Bound(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            bound = 0;
            throw Failure(result);
        }

        return this;
    }

    private SqliteException Failure(int result) => new(
        raw.sqlite3_errmsg(connection).utf8_to_string(), result & 0xff, raw.sqlite3_extended_errcode(connection));
}

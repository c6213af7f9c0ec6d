using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rollcall.Core.Log;

/// <summary>
/// A prepared statement bound by position, without a parameter object, a boxed value or a look-up by name: what is
/// done for every event, or for every row of a list, is done here. Unsynchronised, as its connection is.
/// </summary>
internal sealed unsafe class SqliteStatement : IDisposable
{
    /// <summary>Texts and blobs of one run that fit in here together are read by SQLite where they lie; others are copied once more.</summary>
    private const int Room = 16 * 1024;

    private readonly sqlite3 connection;
    private readonly sqlite3_stmt statement;
    private readonly nint handle;
    private readonly byte[] values = GC.AllocateUninitializedArray<byte>(Room, pinned: true);
    private int used;
    private int bound;

    public SqliteStatement(sqlite3 connection, string sql)
    {
        this.connection = connection;
        SqliteException.ThrowExceptionForRC(
            raw.sqlite3_prepare_v3(connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement), connection);
        handle = statement.DangerousGetHandle();
    }

    /// <summary>Binds the next parameter.</summary>
    public SqliteStatement Bind(long value) => Bound(SqliteNative.BindInteger(handle, ++bound, value));

    /// <inheritdoc cref="Bind(long)"/>
    public SqliteStatement Bind(long? value) => value is { } known ? Bind(known) : Bound(SqliteNative.BindNull(handle, ++bound));

    /// <inheritdoc cref="Bind(long)"/>
    public SqliteStatement Bind(string? value)
    {
        if (value is null)
        {
            return Bind((long?)null);
        }

        if (Encoding.UTF8.TryGetBytes(value, values.AsSpan(used), out var length))
        {
            return Bound(SqliteNative.BindText(handle, ++bound, Place(length), length, SqliteNative.Static));
        }

        fixed (byte* utf8 = Encoding.UTF8.GetBytes(value))
        {
            return Bound(SqliteNative.BindText(handle, ++bound, utf8, Encoding.UTF8.GetByteCount(value), SqliteNative.Transient));
        }
    }

    /// <inheritdoc cref="Bind(long)"/>
    public SqliteStatement Bind(ReadOnlySpan<byte> value)
    {
        if (value.TryCopyTo(values.AsSpan(used)))
        {
            return Bound(SqliteNative.BindBlob(handle, ++bound, Place(value.Length), value.Length, SqliteNative.Static));
        }

        fixed (byte* blob = value)
        {
            return Bound(SqliteNative.BindBlob(handle, ++bound, blob, value.Length, SqliteNative.Transient));
        }
    }

    /// <summary>Runs it; the number of rows it changed. It is free to be bound anew, whatever happens.</summary>
    public int Run()
    {
        Step();
        _ = SqliteNative.Reset(handle);
        return SqliteNative.Changes(connection.DangerousGetHandle());
    }

    /// <summary>The first column of the first row, a number; null when there is no row.</summary>
    public long? Number()
    {
        long? number = Step() == raw.SQLITE_ROW ? SqliteNative.Integer(handle, 0) : null;
        _ = SqliteNative.Reset(handle);
        return number;
    }

    /// <summary>What is made of the first column of the first row, bytes that lie there only meanwhile; null when there is no row.</summary>
    public T? First<T>(Func<ReadOnlySpan<byte>, T> made)
        where T : class
    {
        try
        {
            return Step() != raw.SQLITE_ROW ? default
                : made(new SqliteRow(handle).Bytes(0));
        }
        finally
        {
            _ = SqliteNative.Reset(handle);
        }
    }

    /// <summary>Does something with each row, whose bytes lie there only meanwhile.</summary>
    public void Each(Action<SqliteRow> read)
    {
        try
        {
            while (Step() == raw.SQLITE_ROW)
            {
                read(new SqliteRow(handle));
            }
        }
        finally
        {
            _ = SqliteNative.Reset(handle);
        }
    }

    private int Step()
    {
        (bound, used) = (0, 0);
        var result = SqliteNative.Step(handle);
        if (result is raw.SQLITE_DONE or raw.SQLITE_ROW)
        {
            return result;
        }

        var failure = Failure(result);
        _ = SqliteNative.Reset(handle);
        throw failure;
    }

    public void Dispose() => statement.Dispose();

    /// <summary>Where a value of so many bytes lies that was just put behind those before it.</summary>
    private byte* Place(int length)
    {
        // The array is pinned for good. An empty value must not have the address of nothing, which would be NULL.
        fixed (byte* first = values)
        {
            var place = first + used;
            used += length;
            return place;
        }
    }

    private SqliteStatement Bound(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            (bound, used) = (0, 0);
            throw Failure(result);
        }

        return this;
    }

    private SqliteException Failure(int result) => new(
        raw.sqlite3_errmsg(connection).utf8_to_string(), result & 0xff, raw.sqlite3_extended_errcode(connection));
}

/// <summary>A row of a statement that runs; what it gives is there until the next.</summary>
internal readonly unsafe ref struct SqliteRow(nint statement)
{
    /// <summary>The bytes of a column; none, too, where it is null.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => new(SqliteNative.Blob(statement, column), SqliteNative.Length(statement, column));

    /// <summary>The number of a column; null where it is null.</summary>
    public long? Number(int column) => SqliteNative.Type(statement, column) == raw.SQLITE_NULL ? null : SqliteNative.Integer(statement, column);
}

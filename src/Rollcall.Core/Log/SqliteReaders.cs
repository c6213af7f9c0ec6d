using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Rollcall.Core.Log;

/// <summary>A few connections that read, each lent to one caller at a time; what a caller reads is one snapshot.</summary>
internal sealed class SqliteReaders(string file) : IAsyncDisposable
{
    /// <summary>More would only queue for the same disk and cores.</summary>
    internal const int Most = 4;

    private readonly SemaphoreSlim free = new(Most, Most);
    private readonly ConcurrentBag<SqliteStatements> idle = [];
    private bool closed;

    /// <summary>Reads a snapshot that holds at least everything that was durable at the call.</summary>
    public async ValueTask<T> Read<T>(Func<SqliteStatements, T> read, CancellationToken cancel)
    {
        await free.WaitAsync(cancel);
        try
        {
            ObjectDisposedException.ThrowIf(closed, typeof(SqliteLog));
            var db = idle.TryTake(out var used) ? used : new SqliteStatements(file, SqliteOpenMode.ReadOnly);
            try
            {
                db.Begin(write: false);
                var result = read(db);
                db.Commit();
                idle.Add(db);
                return result;
            }
            catch
            {
                db.Dispose();
                throw;
            }
        }
        finally
        {
            free.Release();
        }
    }

    /// <summary>Waits for the readers at work, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < Most; i++)
        {
            await free.WaitAsync();
        }

        closed = true;
        while (idle.TryTake(out var db))
        {
            db.Dispose();
        }

        free.Release(Most);
    }
}

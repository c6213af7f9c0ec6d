using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rollcall.Core.Log;

/// <summary>Transactions, one at a time.</summary>
public sealed partial class SqliteLog
{
    private async ValueTask Write(Action<SqliteStatements> change, CancellationToken cancel) => await Write(
        (db, before) =>
        {
            change(db);
            return (before, true);
        },
        null,
        cancel);

    private async ValueTask<T> Write<T>(
        Func<SqliteStatements, SqliteProgress, (SqliteProgress After, T Result)> change,
        Action<T, SqliteProgress>? committed,
        CancellationToken cancel,
        bool removes = false,
        SqliteTurn? turn = null)
    {
        using var own = turn ?? await Begin(cancel);
        Interlocked.Add(ref removals, removes ? 1 : 0);
        try
        {
            var (after, result) = change(writer, progress);
            if (after != progress)
            {
                after.Save(writer);
            }

            // The horizons rise before anything is gone: who looks at them after reading is never deceived.
            progress = progress with { PrunedTo = after.PrunedTo, OutputPrunedTo = after.OutputPrunedTo };
            Commit();
            progress = after;
            committed?.Invoke(result, after);
            return result;
        }
        finally
        {
            Interlocked.Add(ref removals, removes ? 1 : 0);
        }
    }

    /// <summary>Waits for the turn to write, and begins a transaction.</summary>
    /// <exception cref="IOException">A file is gone.</exception>
    private async Task<SqliteTurn> Begin(CancellationToken cancel)
    {
        await turns.WaitAsync(cancel);
        try
        {
            ObjectDisposedException.ThrowIf(closed, this);
            ThrowIfLost();
            writer.Begin(write: true);
            return new SqliteTurn(writer, turns);
        }
        catch
        {
            turns.Release();
            throw;
        }
    }

    private void ThrowIfLost()
    {
        if (writer.HasLostItsFile)
        {
            throw new IOException(
                $"the log {directory.Database} was moved or removed while the hub had it open: put it back; what was written last is in {SqliteDirectory.DatabaseName}-wal, " +
                "which is of no use without it");
        }

        if (wal.IsLost)
        {
            // What is in it goes where a start finds it, as far as nobody is reading what was there before.
            writer.Script("PRAGMA wal_checkpoint(PASSIVE)");
            throw new IOException($"{directory.Database}-wal was moved or removed while the hub had it open: stop the hub, which saves what it stored, and start it again");
        }
    }

    /// <summary>
    /// Commits. Where the disk fails in the middle, the WAL may have the transaction, whole, and the next start would find what was refused: so
    /// it is written over with one that changes nothing.
    /// </summary>
    /// <exception cref="UncertainCommitException">That failed, too.</exception>
    private void Commit()
    {
        try
        {
            writer.Commit();
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode == raw.SQLITE_IOERR)
        {
            WriteOver(failure);
            throw;
        }
    }

    private void WriteOver(SqliteException failure)
    {
        try
        {
            writer.Begin(write: true);
            WriteNothing(writer);
            writer.Commit();
        }
        catch (SqliteException)
        {
            throw new UncertainCommitException(failure);
        }
    }

    /// <summary>Writes, and changes nothing; a row that is set to what it is would not be written at all.</summary>
    private static void WriteNothing(SqliteStatements db) => db.Script("UPDATE progress SET head = head + 1; UPDATE progress SET head = head - 1");
}

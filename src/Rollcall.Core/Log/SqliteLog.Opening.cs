using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rollcall.Core.Log;

/// <summary>How it is opened, and what is in the way of that.</summary>
public sealed partial class SqliteLog
{
    /// <summary>Opens the log of a data directory, which is made where there is none, and holds the directory until disposed.</summary>
    /// <exception cref="LogUnusableException">Another process holds it, it or a session in it cannot be read, it cannot be written to, or a newer version wrote it.</exception>
    public static SqliteLog Open(string dataDirectory, TimeProvider time)
    {
        var directory = new SqliteDirectory(dataDirectory);
        SqliteStatements? writer = null;
        try
        {
            directory.CreateDatabase();
            writer = new SqliteStatements(directory.Database, SqliteOpenMode.ReadWrite);
            return new SqliteLog(directory, writer, time);
        }
        catch (Exception failure)
        {
            writer?.Dispose();
            directory.Dispose();
            if (IsUnusable(failure))
            {
                throw Unusable(directory, failure);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Recovered> Recover(CancellationToken cancel = default)
    {
        try
        {
            await Write((db, before) => (before with { Modelled = before.Head }, WriteRows(db)), (rows, _) => behind.Follow([], SqliteTold.Nothing, 0, rows), cancel);
            return await fill.Recover(cancel);
        }
        catch (Exception wrong) when (IsUnusable(wrong))
        {
            throw Unusable(directory, wrong);
        }
    }

    private static bool IsUnusable(Exception wrong) => wrong is InvalidDataException || (wrong as SqliteException)?.SqliteErrorCode
        is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_IOERR or raw.SQLITE_FULL;

    private static LogUnusableException Unusable(SqliteDirectory directory, Exception why) =>
        new($"The log {directory.Database} cannot be used: {why.Message}", why);

    /// <summary>The running figures, with the rows of sessions brought forward to them.</summary>
    private static SqliteProgress Load(SqliteStatements db)
    {
        var loaded = SqliteProgress.Load(db);
        if (loaded.Modelled < loaded.Head)
        {
            db.Begin(write: true);
            loaded = SqliteModel.CatchUp(db, loaded);
            loaded.Save(db);
            db.Commit();
        }

        return loaded;
    }
}

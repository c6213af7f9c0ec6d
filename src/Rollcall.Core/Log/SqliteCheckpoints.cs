using Microsoft.Data.Sqlite;

namespace Rollcall.Core.Log;

/// <summary>
/// Copies what was committed from the WAL to where it belongs, on a thread and a connection of its own, while others commit.
/// The little that is committed meanwhile is copied by the writer itself: then all is, and the WAL begins anew.
/// </summary>
/// <param name="file">The database.</param>
/// <param name="writer">The connection that writes, used by whoever has the turn to write.</param>
internal sealed class SqliteCheckpoints(string file, SqliteStatements writer)
{
    /// <summary>Pages that are written between two (16 MiB): one that changes again and again is copied seldom.</summary>
    private const int Apart = 2048;

    private Task? beside;
    private int pages;

    /// <summary>A transaction was committed. Called by whoever has the turn to write, and still has it.</summary>
    public void Committed()
    {
        pages += writer.PagesWritten();
        if (beside is null && pages >= Apart)
        {
            pages = 0;
            beside = Task.Run(CopyBeside);
        }
        else if (beside is { IsCompleted: true })
        {
            beside = null;
            Copy(writer);
        }
    }

    /// <summary>Waits for what is done beside.</summary>
    public Task Finish() => beside ?? Task.CompletedTask;

    private void CopyBeside()
    {
        try
        {
            using var db = new SqliteStatements(file, SqliteOpenMode.ReadWrite);
            Copy(db);

            // What came meanwhile, so that the writer finds less.
            Copy(db);
        }
        catch (SqliteException)
        {
            // The writer finds all.
        }
    }

    private static void Copy(SqliteStatements db)
    {
        try
        {
            db.Checkpoint();
        }
        catch (SqliteException)
        {
            // Nothing is lost, as on a full disk: it stays in the WAL until the next time.
        }
    }
}

using Microsoft.Data.Sqlite;

namespace Rollcall.Core.Log;

/// <summary>Copies a log, also of a hub that runs.</summary>
public static class SqliteBackup
{
    /// <summary>
    /// Copies the log of a data directory, as of one moment, into a new file for its owner alone. The copy has no epoch: whoever opens it
    /// gives it a new one, since the log that it was made from may have gone on.
    /// </summary>
    /// <exception cref="LogUnusableException">There is no log, it cannot be read, or the file cannot be made.</exception>
    public static void Make(string dataDirectory, string file)
    {
        var log = Path.Combine(Path.GetFullPath(dataDirectory), SqliteDirectory.DatabaseName);
        if (!File.Exists(log))
        {
            throw new LogUnusableException($"There is no log {log} to copy.");
        }

        if (File.Exists(file))
        {
            throw new LogUnusableException($"{file} is there already: name a new file.");
        }

        // Under its own name once it is whole.
        var part = $"{file}.{Guid.NewGuid():N}.part";
        try
        {
            using (DataDirectory.Open(part, FileMode.CreateNew))
            {
                // SQLite writes into an empty file, which keeps its mode.
            }

            Copy(log, part);
            File.Move(part, file);
        }
        catch (Exception wrong) when (wrong is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new LogUnusableException($"The log {log} could not be copied to {file}: {wrong.Message}", wrong);
        }
        finally
        {
            Delete(part);
        }
    }

    private static void Copy(string log, string part)
    {
        using (var from = new SqliteStatements(log, SqliteOpenMode.ReadOnly))
        {
            from.Run("VACUUM INTO ?1", part);
        }

        using var copy = new SqliteStatements(part, SqliteOpenMode.ReadWrite);
        SqliteSchema.ForgetEpoch(copy);
        SqliteMark.Remove(copy);
    }

    private static void Delete(string part)
    {
        try
        {
            File.Delete(part);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // What went wrong before is told.
        }
    }
}

namespace Rollcall.Core.Log;

/// <summary>A data directory, held by one process at a time until it is disposed.</summary>
internal sealed class SqliteDirectory : IDisposable
{
    public const string DatabaseName = "rollcall.db";

    private readonly FileStream held;

    /// <summary>Makes the directory where there is none, and takes hold of it.</summary>
    /// <exception cref="LogUnusableException">Another process holds it, or it is none that can be written to.</exception>
    public SqliteDirectory(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        try
        {
            DataDirectory.Create(Path);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw Unusable(wrong);
        }

        try
        {
            held = DataDirectory.Open(System.IO.Path.Combine(Path, "rollcall.lock"), FileMode.OpenOrCreate);
        }
        catch (IOException inUse)
        {
            throw new LogUnusableException(
                $"The data directory {Path} is in use by another hub: stop that one, or give this one a directory of its own.", inUse);
        }
        catch (UnauthorizedAccessException wrong)
        {
            throw Unusable(wrong);
        }
    }

    public string Path { get; }

    /// <summary>Which database it was that the WAL was begun for.</summary>
    public SqliteMark Mark => field ??= new SqliteMark(Database, held.SafeFileHandle);

    public string Database => System.IO.Path.Combine(Path, DatabaseName);

    /// <summary>Makes the database where there is none, empty: SQLite gives the files beside it the same mode.</summary>
    /// <exception cref="LogUnusableException">Beside it is the WAL of another database, or of one that is missing.</exception>
    public void CreateDatabase()
    {
        Mark.Check();
        Mark.Forget();
        if (!File.Exists(Database))
        {
            DataDirectory.Open(Database, FileMode.CreateNew).Dispose();
        }
    }

    public void Dispose() => held.Dispose();

    private LogUnusableException Unusable(Exception why) => new(
        $"The data directory {Path} must be a folder that the hub may write to: {why.Message}", why);
}

using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Rollcall.Core.Log;

/// <summary>
/// Tells whether the WAL beside a database is its own, which SQLite takes for granted: it deletes the WAL of a missing database, and writes that of
/// another into the one that is there. Each start gives the database a mark and notes it in a file beside it. A database that was put there
/// since has another or, a backup, none; in a directory that was copied whole, the two are the same.
/// </summary>
/// <param name="database">The database's file.</param>
/// <param name="note">The file with the note; empty where nothing is known, as an earlier version left it.</param>
internal sealed class SqliteMark(string database, SafeFileHandle note)
{
    /// <summary>Where the file has it: the application id of SQLite's header.</summary>
    private const int Place = 68;

    private readonly string name = Path.GetFileName(database);

    /// <summary>To be asked before SQLite opens the database: on some systems, closing a file gives up the process's locks on it.</summary>
    /// <exception cref="LogUnusableException">What is in the WAL belongs to another database.</exception>
    public void Check()
    {
        var wal = new FileInfo($"{database}-wal");
        if (wal is not { Exists: true, Length: > 0 })
        {
            return;
        }

        if (new FileInfo(database) is not { Exists: true, Length: > 0 })
        {
            throw new LogUnusableException(
                $"The log {database} is missing, and {wal.Name} holds what was written to it last: put {name} back; or move {wal.Name} away, to begin anew.");
        }

        if (Noted() is { } mark && mark != Read())
        {
            throw new LogUnusableException(
                $"The log {database} is another one than the hub had open, to which {wal.Name} belongs: put that one back; " +
                $"or move {wal.Name} and {name}-shm away, to go on with this one.");
        }
    }

    /// <summary>Until there is another mark nothing is known, whatever happens.</summary>
    public void Forget() => Note("");

    /// <summary>Gives the database a new mark. A full disk, or somebody who reads it just now, keeps no hub from starting: then nothing is known.</summary>
    public void Make(SqliteStatements db)
    {
        try
        {
            Mark(db);
        }
        catch (Exception none) when (none is SqliteException or IOException)
        {
            // What is in the way shows when something is to be stored.
        }
    }

    /// <summary>Takes the mark off a copy.</summary>
    public static void Remove(SqliteStatements db) => Set(db, "0");

    private void Mark(SqliteStatements db)
    {
        var mark = RandomNumberGenerator.GetInt32(1, int.MaxValue).ToString(CultureInfo.InvariantCulture);
        Set(db, mark);
        using var checkpoint = db.Query("PRAGMA wal_checkpoint(PASSIVE)");
        if (checkpoint.Read() && checkpoint.GetInt64(0) == 0 && checkpoint.GetInt64(1) == checkpoint.GetInt64(2))
        {
            Note(mark);
        }
    }

    private static void Set(SqliteStatements db, string mark) => db.Script($"PRAGMA application_id = {mark}");

    private int? Noted()
    {
        Span<byte> text = stackalloc byte[16];
        return int.TryParse(text[..RandomAccess.Read(note, text, 0)], CultureInfo.InvariantCulture, out var mark) ? mark : null;
    }

    private int Read()
    {
        using var file = File.OpenHandle(database, share: FileShare.ReadWrite);
        Span<byte> mark = stackalloc byte[4];
        return RandomAccess.Read(file, mark, Place) == mark.Length ? BinaryPrimitives.ReadInt32BigEndian(mark) : 0;
    }

    private void Note(string text)
    {
        RandomAccess.SetLength(note, 0);
        RandomAccess.Write(note, Encoding.ASCII.GetBytes(text), 0);
        RandomAccess.FlushToDisk(note);
    }
}

using System.Runtime.InteropServices;

namespace Rollcall.Core.Log;

/// <summary>
/// The few functions of SQLite's C interface that run for every event, or for every row of a list. The package's own calls take a handle with a
/// reference count for each, and have every value copied; the rest goes through the package.
/// </summary>
internal static unsafe partial class SqliteNative
{
    /// <summary>The value stays where it is until the statement has run.</summary>
    public const nint Static = 0;

    /// <summary>SQLite makes a copy of the value.</summary>
    public const nint Transient = -1;

    private const string Library = "e_sqlite3";

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64"), SuppressGCTransition]
    public static partial int BindInteger(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null"), SuppressGCTransition]
    public static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    public static partial int BindText(nint statement, int index, byte* value, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    public static partial int BindBlob(nint statement, int index, byte* value, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64"), SuppressGCTransition]
    public static partial long Integer(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type"), SuppressGCTransition]
    public static partial int Type(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    public static partial byte* Blob(nint statement, int column);

    /// <summary>Asked after <see cref="Blob"/>.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes"), SuppressGCTransition]
    public static partial int Length(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_changes"), SuppressGCTransition]
    public static partial int Changes(nint connection);

    /// <summary>Whether the main database's file is no longer where it was opened; SQLite asks the file system.</summary>
    public static bool HasMoved(nint connection)
    {
        const int hasMoved = 20;
        var moved = 0;
        return FileControl(connection, null, hasMoved, &moved) == 0 && moved != 0;
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_file_control")]
    private static partial int FileControl(nint connection, byte* database, int operation, int* answer);
}

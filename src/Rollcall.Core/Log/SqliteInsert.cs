namespace Rollcall.Core.Log;

/// <summary>Inserts rows into a table, some of them as one statement, which SQLite sets up once for all of them.</summary>
internal sealed class SqliteInsert(string table, int columns)
{
    private const int Together = 16;

    private readonly string one = Inserting(table, columns, 1);
    private readonly string some = Inserting(table, columns, Together);

    /// <summary>Inserts what is in a list, but for the first so many.</summary>
    /// <param name="db">The connection.</param>
    /// <param name="rows">What becomes a row each.</param>
    /// <param name="bind">Binds the columns of one.</param>
    /// <param name="first">So many are left out.</param>
    public void Run<T>(SqliteStatements db, IReadOnlyList<T> rows, Action<SqliteStatement, T> bind, int first = 0)
    {
        for (var count = 0; first < rows.Count; first += count)
        {
            count = rows.Count - first < Together ? 1 : Together;
            var insert = db.Hot(count == 1 ? one : some);
            for (var i = first; i < first + count; i++)
            {
                bind(insert, rows[i]);
            }

            insert.Run();
        }
    }

    private static string Inserting(string table, int columns, int rows)
    {
        var row = $"({string.Join(", ", Enumerable.Repeat("?", columns))})";
        return $"INSERT INTO {table} VALUES {string.Join(", ", Enumerable.Repeat(row, rows))}";
    }
}

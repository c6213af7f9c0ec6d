namespace Rollcall.Core.Log;

/// <summary>
/// Inserts the first events of a batch while the rest is still being decided. From the first of them on it has the turn to write,
/// which passes to the caller with <see cref="Finish"/>. Asked by the one who appends; works on threads of the pool.
/// </summary>
/// <param name="begin">Waits for the turn.</param>
/// <param name="insert">Inserts events.</param>
internal sealed class SqliteAhead(Func<Task<SqliteTurn>> begin, Action<IReadOnlyList<LogEntry>> insert)
{
    private Task inserted = Task.CompletedTask;
    private int count;
    private SqliteTurn? turn;

    /// <summary>Has events inserted behind those before them.</summary>
    public void Insert(IReadOnlyList<LogEntry> entries)
    {
        inserted = Insert(inserted, entries);
        count += entries.Count;
    }

    /// <summary>Waits until all are inserted: how many there are, and the turn, which is the caller's from now on; 0 and null when nothing was begun.</summary>
    public async ValueTask<(int Count, SqliteTurn? Turn)> Finish()
    {
        var (all, last) = (count, inserted);
        (count, inserted) = (0, Task.CompletedTask);
        try
        {
            // The caller of a large batch has something else to do meanwhile.
            await last.ConfigureAwait(all > 0 ? ConfigureAwaitOptions.ForceYielding : ConfigureAwaitOptions.None);
            return (all, turn);
        }
        catch
        {
            turn?.Dispose();
            throw;
        }
        finally
        {
            turn = null;
        }
    }

    /// <summary>Waits until none is being inserted any more, and takes them back.</summary>
    public async ValueTask TakeBack()
    {
#pragma warning disable CA1031 // What could not be inserted is gone as it should be.
        try
        {
            (await Finish().ConfigureAwait(false)).Turn?.Dispose();
        }
        catch (Exception)
        {
        }
#pragma warning restore CA1031
    }

    private async Task Insert(Task before, IReadOnlyList<LogEntry> entries)
    {
        // Never on the caller's own thread; on the thread that inserts, as long as it has something to do.
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        turn ??= await begin().ConfigureAwait(false);
        insert(entries);
    }
}

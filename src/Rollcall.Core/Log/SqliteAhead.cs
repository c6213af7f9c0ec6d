namespace Rollcall.Core.Log;

/// <summary>
/// Inserts the first events of a batch while the rest is still being decided. From the first of them on it has the turn to write,
/// and a transaction, which pass to the caller with <see cref="Finish"/>. Asked by the one who appends; works on threads of the pool.
/// </summary>
/// <param name="begin">Waits for the turn and begins the transaction.</param>
/// <param name="insert">Inserts events.</param>
/// <param name="takeBack">Takes the transaction back and gives up the turn.</param>
internal sealed class SqliteAhead(Func<Task> begin, Action<IReadOnlyList<LogEntry>> insert, Action takeBack)
{
    private Task inserted = Task.CompletedTask;
    private int count;
    private bool begun;

    /// <summary>Has events inserted behind those before them.</summary>
    public void Insert(IReadOnlyList<LogEntry> entries)
    {
        inserted = Insert(inserted, entries);
        count += entries.Count;
    }

    /// <summary>Waits until all are inserted. How many there are: 0 when nothing was begun; otherwise turn and transaction are the caller's.</summary>
    public async ValueTask<int> Finish()
    {
        var (all, last) = (count, inserted);
        (count, inserted) = (0, Task.CompletedTask);
        try
        {
            // The caller of a large batch has something else to do meanwhile.
            await last.ConfigureAwait(all > 0 ? ConfigureAwaitOptions.ForceYielding : ConfigureAwaitOptions.None);
            return all;
        }
        catch when (begun)
        {
            takeBack();
            throw;
        }
        finally
        {
            begun = false;
        }
    }

    /// <summary>Waits until none is being inserted any more, and takes them back.</summary>
    public async ValueTask TakeBack()
    {
#pragma warning disable CA1031 // What could not be inserted is gone as it should be.
        try
        {
            if (await Finish().ConfigureAwait(false) > 0)
            {
                takeBack();
            }
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
        if (!begun)
        {
            await begin().ConfigureAwait(false);
            begun = true;
        }

        insert(entries);
    }
}

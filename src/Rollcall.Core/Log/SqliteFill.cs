using Rollcall.Core.Log.Lists;

namespace Rollcall.Core.Log;

/// <summary>
/// Fills the index of lists with what was stored before: the live sessions when they are recovered, so that nothing is read
/// twice; behind that, and without anybody waiting but who lists them, those that have ended.
/// </summary>
internal sealed class SqliteFill(SqliteReaders readers, SessionIndex index, DateTimeOffset createdAt) : IAsyncDisposable
{
    /// <summary>Sessions read in one snapshot: some milliseconds.</summary>
    private const int Page = 1000;

    /// <summary>Sessions taken in at once: the writer waits for so many at most.</summary>
    private const int Gulp = 100;

    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private Task? live;
    private Task? ended;

    /// <summary>Reads what lives; the first time, the index takes it in.</summary>
    public async ValueTask<Recovered> Recover(CancellationToken cancel)
    {
        var recovered = await readers.Read(db => SqliteSessions.Live(db, createdAt), cancel);
        index.Fill(recovered.Live);
        lock (gate)
        {
            live = Task.CompletedTask;
            ended ??= Task.Run(FillEnded, CancellationToken.None);
        }

        return recovered;
    }

    /// <summary>Completes when the index has all that live, or all there are.</summary>
    public async ValueTask Ready(bool withEnded, CancellationToken cancel)
    {
        await Again(ref live, () => Recover(stop.Token).AsTask()).WaitAsync(cancel);
        if (withEnded)
        {
            await Again(ref ended, FillEnded).WaitAsync(cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(live ?? Task.CompletedTask, ended ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    /// <summary>What is under way or done; begun anew where it has failed.</summary>
    private Task Again(ref Task? task, Func<Task> fill)
    {
        lock (gate)
        {
            return task is { IsFaulted: false, IsCanceled: false } ? task : task = Task.Run(fill);
        }
    }

    private async Task FillEnded()
    {
        for (EndedAt? after = EndedAt.First; after is { } last;)
        {
            (var sessions, after) = await readers.Read(db => SqliteSessions.Ended(db, last, Page), stop.Token);
            foreach (var gulp in sessions.Chunk(Gulp))
            {
                index.Fill(gulp);
            }
        }

        index.Filled();
    }
}

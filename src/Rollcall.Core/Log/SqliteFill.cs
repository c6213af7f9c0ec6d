using Rollcall.Core.Log.Lists;
using Rollcall.Core.Sessions;

namespace Rollcall.Core.Log;

/// <summary>
/// Fills the index of lists with what was stored before, without anybody waiting but who lists it: the live sessions, which
/// were read when the hub recovered them, and those that have ended, when somebody lists them, or when the start is over.
/// </summary>
internal sealed class SqliteFill(SqliteReaders readers, SessionIndex index, UnreadSessions unread, TimeProvider time) : IAsyncDisposable
{
    /// <summary>A start has better things to do for so long.</summary>
    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(3);

    /// <summary>Sessions read in one snapshot: some milliseconds.</summary>
    private const int Page = 1000;

    /// <summary>Sessions taken in at once: the writer waits for so many at most.</summary>
    private const int Gulp = 100;

    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();

    /// <summary>What lived at the start, until the index has it; null before that was read.</summary>
    private IReadOnlyCollection<Session>? recovered;
    private Task? live;
    private Task? ended;
    private ITimer? later;

    /// <summary>Reads what lives; some time behind the first, the index takes in everything.</summary>
    public async ValueTask<Recovered> Recover(CancellationToken cancel)
    {
        var read = await readers.Read(SqliteSessions.Live, cancel);
        lock (gate)
        {
            recovered ??= read.Live;
            later ??= time.CreateTimer(_ => Ended(), null, AfterStart, Timeout.InfiniteTimeSpan);
        }

        return read;
    }

    /// <summary>Completes when the index has all that live, or all there are.</summary>
    public async ValueTask Ready(bool withEnded, CancellationToken cancel)
    {
        if (recovered is null)
        {
            await Recover(cancel);
        }

        await (withEnded ? Ended() : Live()).WaitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await (later?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Task.WhenAll(live ?? Task.CompletedTask, ended ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private void FillLive()
    {
        foreach (var gulp in recovered!.Chunk(Gulp))
        {
            stop.Token.ThrowIfCancellationRequested();
            index.Fill(gulp);
        }

        recovered = [];
    }

    private async Task FillEnded()
    {
        await Live();
        for (EndedAt? after = EndedAt.First; after is { } last;)
        {
            (var sessions, after) = await readers.Read(db => SqliteSessions.Ended(db, last, Page, unread), stop.Token);
            foreach (var gulp in sessions.Chunk(Gulp))
            {
                index.Fill(gulp);
            }
        }

        index.Filled();
    }

    private Task Live() => Begin(ref live, () => Task.Run(FillLive));

    private Task Ended() => Begin(ref ended, () => Task.Run(FillEnded));

    /// <summary>What is under way or done; begun anew where it has failed.</summary>
    private Task Begin(ref Task? filling, Func<Task> begin)
    {
        lock (gate)
        {
            return filling is { IsFaulted: false, IsCanceled: false } ? filling : filling = begin();
        }
    }
}

using Rollcall.Core.Log;
using Rollcall.Core.Sessions;

namespace Rollcall.Core.Tests.Hub;

/// <summary>A real log that fails, or takes its time, on demand.</summary>
public sealed class FaultyLog(ILog log) : ILog
{
    private volatile TaskCompletionSource? _appends;
    private volatile TaskCompletionSource? _commits;
    private volatile ManualResetEventSlim? _reads;

    /// <summary>Whether appending fails.</summary>
    public bool Fails { get; set; }

    /// <summary>Whether looking for a session fails.</summary>
    public bool FailsToFind { get; set; }

    /// <summary>Whether looking for receipts fails, before anything of a batch is decided.</summary>
    public bool FailsToFindReceipts { get; set; }

    public int Appends { get; private set; }

    /// <summary>Events that were given before their batch was decided.</summary>
    public int WrittenAhead { get; private set; }

    public string Epoch => log.Epoch;

    public DateTimeOffset CreatedAt => log.CreatedAt;

    public long Head => log.Head;

    public long PrunedTo => log.PrunedTo;

    public long OutputPrunedTo => log.OutputPrunedTo;

    public long Removals => log.Removals;

    /// <summary>Called after each read of events, before its answer is given.</summary>
    public Func<Task>? AfterRead { get; set; }

    /// <summary>Called after a session was looked for, before the answer is given.</summary>
    public Func<Task>? AfterFind { get; set; }

    /// <summary>Whether the last append has come as far as to wait.</summary>
    public TaskCompletionSource AppendWaits { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void HoldAppends()
    {
        AppendWaits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _appends = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>What is appended is durable, and the hub does not know it yet.</summary>
    public void HoldCommits()
    {
        AppendWaits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _commits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void ReleaseCommits() => Interlocked.Exchange(ref _commits, null)?.TrySetResult();

    public void ReleaseAppends() => Interlocked.Exchange(ref _appends, null)?.TrySetResult();

    /// <summary>Makes reads of events block their thread, as a busy disk does.</summary>
    public void HoldReads() => _reads = new ManualResetEventSlim();

    public void ReleaseReads() => Interlocked.Exchange(ref _reads, null)?.Set();

    public ValueTask ProveWritable(CancellationToken cancel = default) => log.ProveWritable(cancel);

    public async ValueTask Append(LogBatch batch, CancellationToken cancel = default)
    {
        Appends++;
        if (_appends is { } held)
        {
            AppendWaits.TrySetResult();
            await held.Task;
        }

        if (Fails)
        {
            throw new IOException("no space left on device");
        }

        await log.Append(batch, cancel);
        if (_commits is { } committed)
        {
            AppendWaits.TrySetResult();
            await committed.Task;
        }
    }

    public void WriteAhead(IReadOnlyList<LogEntry> entries)
    {
        WrittenAhead += entries.Count;
        log.WriteAhead(entries);
    }

    public ValueTask TakeBack() => log.TakeBack();

    public async ValueTask<IReadOnlyList<LogEntry>> Read(LogRange range, CancellationToken cancel = default)
    {
        _reads?.Wait(cancel);
        var entries = await log.Read(range, cancel);
        await (AfterRead?.Invoke() ?? Task.CompletedTask);
        return entries;
    }

    public ValueTask<Recovered> Recover(CancellationToken cancel = default) => log.Recover(cancel);

    public ValueTask<IReadOnlyDictionary<string, string?>> FindReceipts(IReadOnlyCollection<string> keys, CancellationToken cancel = default) =>
        FailsToFindReceipts ? throw new IOException("a bad sector") : log.FindReceipts(keys, cancel);

    public async ValueTask<Session?> Find(string id, CancellationToken cancel = default)
    {
        var session = FailsToFind ? throw new IOException("a bad sector") : await log.Find(id, cancel);
        await (AfterFind?.Invoke() ?? Task.CompletedTask);
        return session;
    }

    public ValueTask<SessionPage> List(SessionQuery query, CancellationToken cancel = default) => log.List(query, cancel);

    public ValueTask<long> CountAll(IReadOnlySet<string>? projects, CancellationToken cancel = default) => log.CountAll(projects, cancel);

    public ValueTask<string?> ReadDocument(string name, CancellationToken cancel = default) => log.ReadDocument(name, cancel);

    public ValueTask WriteDocument(string name, string json, AuditEntry audit, CancellationToken cancel = default) =>
        log.WriteDocument(name, json, audit, cancel);

    public ValueTask Audit(IReadOnlyList<AuditEntry> entries, CancellationToken cancel = default) => log.Audit(entries, cancel);

    public ValueTask<StoredAnswer?> FindAnswer(string key, CancellationToken cancel = default) => log.FindAnswer(key, cancel);

    public ValueTask SaveAnswer(string key, StoredAnswer answer, CancellationToken cancel = default) => log.SaveAnswer(key, answer, cancel);

    public ValueTask<long> Prune(Retention retention, DateTimeOffset now, CancellationToken cancel = default) =>
        log.Prune(retention, now, cancel);

    public ValueTask DisposeAsync() => log.DisposeAsync();
}

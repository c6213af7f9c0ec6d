using Microsoft.Data.Sqlite;
using Rollcall.Core.Log.Lists;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Log;

/// <summary>
/// The log in one SQLite file: one connection writes, lent to one caller at a time; others read snapshots beside it. Lists
/// come from an index in memory that follows each commit.
/// </summary>
public sealed partial class SqliteLog : ILog
{
    private readonly SqliteDirectory directory;
    private readonly SqliteStatements writer;
    private readonly WatchedFile wal;
    private readonly SqliteReaders lookups;
    private readonly SessionIndex index;
    private readonly SqliteFill fill;
    private readonly RowsBehind behind;
    private readonly SqliteOpenSegment segment = new();
    private readonly SqliteAhead ahead;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim turns = new(1, 1);
    private volatile SqliteProgress progress;
    private long removals;
    private bool closed;

    private SqliteLog(SqliteDirectory directory, SqliteStatements writer, TimeProvider time)
    {
        (this.directory, this.writer, this.time) = (directory, writer, time);
        (Epoch, CreatedAt) = SqliteSchema.Prepare(writer, directory, time);
        directory.Mark.Make(writer);
        wal = new WatchedFile($"{directory.Database}-wal");
        progress = Load(writer);
        behind = new RowsBehind(time);
        Readers = new SqliteReaders(directory.Database);
        lookups = new SqliteReaders(directory.Database);
        index = new SessionIndex(progress.Head);
        ahead = new SqliteAhead(() => Begin(default), entries => SqliteAppend.Insert(writer, entries));
        fill = new SqliteFill(Readers, index, Unread, time);
    }

    /// <inheritdoc/>
    public string Epoch { get; }

    /// <inheritdoc/>
    public DateTimeOffset CreatedAt { get; }

    /// <inheritdoc/>
    public long Head => progress.Head;

    /// <inheritdoc/>
    public long PrunedTo => progress.PrunedTo;

    /// <inheritdoc/>
    public long OutputPrunedTo => progress.OutputPrunedTo;

    /// <inheritdoc/>
    public long Removals => Volatile.Read(ref removals);

    /// <summary>What lists lack.</summary>
    public UnreadSessions Unread { get; } = new();

    /// <summary>Who reads pages and lists, as long as that takes. The writer waits for look-ups by a key, which have readers of their own.</summary>
    internal SqliteReaders Readers { get; }

    /// <inheritdoc/>
    public async ValueTask Append(LogBatch batch, CancellationToken cancel = default)
    {
        var (written, turn) = await ahead.Finish();
        await Write(
            (db, before) =>
            {
                var (after, told) = SqliteAppend.Write(db, behind, segment, batch, written, before);
                var rows = behind.Due(batch, told, after.Head);
                SqliteModel.Write(db, rows);
                SqliteSessions.SetLeases(db, batch.Leases);
                return (after with { Modelled = behind.Modelled(rows, before.Head) }, (told, rows));
            },
            (done, after) =>
            {
                behind.Follow(batch.Sessions, done.told, after.Head, done.rows);
                segment.Follow(batch.Entries, after.Head);
                index.Apply(batch.Sessions, [], after.Head);
            },
            cancel,
            turn: turn);
    }

    /// <inheritdoc/>
    public void WriteAhead(IReadOnlyList<LogEntry> entries) => ahead.Insert(entries);

    /// <inheritdoc/>
    public ValueTask TakeBack() => ahead.TakeBack();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, string?>> FindReceipts(IReadOnlyCollection<string> keys, CancellationToken cancel = default) =>
        lookups.Read(db => SqliteDocuments.Known(db, keys, time.GetUtcNow()), cancel);

    /// <inheritdoc/>
    public ValueTask<Session?> Find(string id, CancellationToken cancel = default) =>
        behind.Recent(id) is { } recent ? new(recent) : lookups.Read(db => SqliteSessions.Find(db, id), cancel);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LogEntry>> Read(LogRange range, CancellationToken cancel = default) =>
        Readers.Read(db => SqliteEvents.Read(db, range), cancel);

    /// <inheritdoc/>
    public ValueTask<string?> ReadDocument(string name, CancellationToken cancel = default) =>
        lookups.Read(db => SqliteDocuments.Read(db, name), cancel);

    /// <inheritdoc/>
    public ValueTask WriteDocument(string name, string json, AuditEntry audit, CancellationToken cancel = default) => Write(
        db =>
        {
            SqliteDocuments.Write(db, name, json);
            SqliteDocuments.Audit(db, audit);
        },
        cancel);

    /// <inheritdoc/>
    public ValueTask Audit(IReadOnlyList<AuditEntry> entries, CancellationToken cancel = default) => Write(
        db =>
        {
            foreach (var entry in entries)
            {
                SqliteDocuments.Audit(db, entry);
            }
        },
        cancel);

    /// <inheritdoc/>
    public ValueTask<StoredAnswer?> FindAnswer(string key, CancellationToken cancel = default) =>
        lookups.Read(db => SqliteDocuments.Answer(db, key, time.GetUtcNow()), cancel);

    /// <inheritdoc/>
    public ValueTask SaveAnswer(string key, StoredAnswer answer, CancellationToken cancel = default) =>
        Write(db => SqliteDocuments.Answer(db, key, answer, time.GetUtcNow()), cancel);

    /// <inheritdoc/>
    public ValueTask ProveWritable(CancellationToken cancel = default) =>
        Write(WriteNothing, cancel);

    /// <inheritdoc/>
    public async ValueTask<long> Prune(Retention retention, DateTimeOffset now, CancellationToken cancel = default)
    {
        await BringRowsForward(cancel);
        var removed = 0L;
        foreach (var step in new SqlitePrune(retention, now).Steps)
        {
            bool more;
            do
            {
                await Task.Yield();
                var part = await Write(
                    (db, before) =>
                    {
                        var rows = WriteRows(db);
                        var pruned = step(db, before with { Modelled = before.Head });
                        return (pruned.After, (pruned, rows));
                    },
                    (done, after) =>
                    {
                        behind.Follow([], SqliteTold.Nothing, after.Head, done.rows);
                        segment.Forget();
                        index.Apply([], done.pruned.Sessions, after.Head);
                    },
                    cancel,
                    removes: true);
                removed += part.pruned.Events;
                more = part.pruned.More;
            }
            while (more);
        }

        return removed;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await turns.WaitAsync();
        try
        {
            if (!closed)
            {
                closed = true;
                await fill.DisposeAsync();
                await Readers.DisposeAsync();
                await lookups.DisposeAsync();
                WriteModel();
                writer.Dispose();
                directory.Dispose();
            }
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>
    /// Writes the rows that are behind, in parts so short that an append hardly waits. What falls behind meanwhile is left.
    /// </summary>
    private async ValueTask BringRowsForward(CancellationToken cancel)
    {
        for (var left = behind.Count; left > 0; left -= RowsBehind.MostAtOnce)
        {
            await Task.Yield();
            await Write(
                (db, before) =>
                {
                    var rows = behind.Oldest();
                    SqliteModel.Write(db, rows);
                    return (before with { Modelled = behind.Modelled(rows, before.Head) }, rows);
                },
                (rows, after) => behind.Follow([], SqliteTold.Nothing, after.Head, rows),
                cancel);
        }
    }

    private IReadOnlyCollection<RowBehind> WriteRows(SqliteStatements db)
    {
        var rows = behind.All();
        SqliteModel.Write(db, rows);
        return rows;
    }

    /// <summary>Spares the next start from bringing the rows forward.</summary>
    private void WriteModel()
    {
        try
        {
            writer.Begin(write: true);
            WriteRows(writer);
            (progress with { Modelled = progress.Head }).Save(writer);
            writer.Commit();
        }
        catch (SqliteException)
        {
            // Nothing is lost: the events are durable.
        }
    }
}

using System.Collections.Concurrent;
using Rollcall.Core.Sessions;

namespace Rollcall.Core.Log;

/// <summary>
/// What the rows of sessions lack: a row is written once for all that happened to its session within a few seconds, and never looked at without what is
/// not written yet, which is kept here. Changed by the writer only, asked on any thread.
/// </summary>
internal sealed class RowsBehind(TimeProvider time)
{
    /// <summary>Rows written at once, with a batch or by themselves, more than a batch has sessions itself: some milliseconds.</summary>
    public const int MostAtOnce = 1024;

    /// <summary>Rows that may be behind.</summary>
    private const int MostBehind = 8192;

    /// <summary>Events that rows may be behind: a start after a crash reads them again.</summary>
    private const int MostEvents = 131_072;

    /// <summary>For so long a row may be behind while batches come.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, RowBehind> behind = new(StringComparer.Ordinal);

    /// <summary>How many there are: the dictionary takes all its locks to count them.</summary>
    private int count;

    /// <summary>Whose row fell behind when, by the first event that it lacks; some are no longer behind, or anew.</summary>
    private readonly Queue<(string Id, long Since, DateTimeOffset At)> order = new();

    /// <summary>How many rows are behind, more or less: it is asked without the writer's turn.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>A session whose row is behind, as it is; asked before the rows are read, so that nothing is missed in between.</summary>
    public Session? Recent(string id) => behind.TryGetValue(id, out var recent) ? recent.Session : null;

    /// <summary>All rows that are behind.</summary>
    public IReadOnlyCollection<RowBehind> All() => [.. behind.Values];

    /// <summary>Those that have been behind for the longest, <see cref="MostAtOnce"/> at most.</summary>
    public IReadOnlyCollection<RowBehind> Oldest() =>
        [.. order.Where(row => behind.TryGetValue(row.Id, out var now) && now.Since == row.Since).Take(MostAtOnce).Select(row => behind[row.Id])];

    /// <summary>The rows whose time has come, and those of which the batch has what no event tells, as it leaves them.</summary>
    public IReadOnlyCollection<RowBehind> Due(LogBatch batch, IReadOnlyDictionary<string, SqliteTold> told, long head)
    {
        var rows = new Dictionary<string, RowBehind>(StringComparer.Ordinal);
        var (now, most) = (time.GetUtcNow(), batch.Sessions.Count + MostAtOnce);
        foreach (var (id, since, at) in order)
        {
            if (rows.Count == most || (count - rows.Count <= MostBehind && head - since <= MostEvents && now - at < Longest))
            {
                break;
            }

            if (behind.TryGetValue(id, out var row) && row.Since == since)
            {
                rows[id] = row;
            }
        }

        foreach (var id in batch.Leases.Keys)
        {
            if (behind.TryGetValue(id, out var row))
            {
                rows[id] = row;
            }
        }

        var isAlone = batch.Entries.Count == 0;
        foreach (var session in rows.Count > 0 || isAlone || batch.Leases.Count > 0 ? batch.Sessions : [])
        {
            if (isAlone || rows.ContainsKey(session.View.Id) || batch.Leases.ContainsKey(session.View.Id))
            {
                rows[session.View.Id] = After(session, told, head);
            }
        }

        return rows.Values;
    }

    /// <summary>Up to where the rows hold what the events say, once these are written.</summary>
    public long Modelled(IReadOnlyCollection<RowBehind> written, long before)
    {
        var ids = written.Select(row => row.Session.View.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var (id, since, _) in order)
        {
            if (!ids.Contains(id) && behind.TryGetValue(id, out var row) && row.Since == since)
            {
                return since - 1;
            }
        }

        return before;
    }

    /// <summary>Takes note of what is durable: a batch, and rows that are no longer behind.</summary>
    public void Follow(IEnumerable<Session> batch, IReadOnlyDictionary<string, SqliteTold> told, long head, IEnumerable<RowBehind> written)
    {
        var now = time.GetUtcNow();

        // A batch may have touched a session before it told of another one, and told of it later or never.
        foreach (var row in batch.Select(session => After(session, told, head)).OrderBy(row => row.Since))
        {
            var id = row.Session.View.Id;
            if (!behind.ContainsKey(id))
            {
                order.Enqueue((id, row.Since, now));
                count++;
            }

            behind[id] = row;
        }

        foreach (var row in written)
        {
            count -= behind.TryRemove(row.Session.View.Id, out _) ? 1 : 0;
        }

        while (order.TryPeek(out var first) && !(behind.TryGetValue(first.Id, out var row) && row.Since == first.Since))
        {
            order.Dequeue();
        }
    }

    private RowBehind After(Session session, IReadOnlyDictionary<string, SqliteTold> told, long head) =>
        behind.TryGetValue(session.View.Id, out var earlier) ? earlier with { Session = session }
        : told.TryGetValue(session.View.Id, out var events) ? new(session, events.IsNew ? events.First : 0, events.First)
        : new(session, 0, head + 1);
}

/// <summary>A session whose row is behind.</summary>
/// <param name="Session">As it is after the last durable event.</param>
/// <param name="First">Its first event, when it has no row yet; else 0.</param>
/// <param name="Since">The first event that its row lacks.</param>
internal readonly record struct RowBehind(Session Session, long First, long Since);

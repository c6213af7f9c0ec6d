using System.Collections.Concurrent;
using System.Text.Json;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>What the hub answered ok: it promised that this event is durable.</summary>
/// <param name="Seq">Its place in the log.</param>
/// <param name="Event">Its name.</param>
/// <param name="SessionId">Whose it is.</param>
/// <param name="Mark">A text that no other command has, somewhere in the payload; null for none.</param>
internal sealed record Promise(long Seq, string Event, string SessionId, string? Mark);

/// <summary>The log as the hub tells it after a restart, a stretch of it.</summary>
internal sealed class LogStretch(long after, SortedDictionary<long, (string Event, JsonElement Payload)> events, long head)
{
    public long After => after;

    public long Head => head;

    public IReadOnlyDictionary<long, (string Event, JsonElement Payload)> Events => events;
}

/// <summary>The promises that are not checked yet. Safe from any thread.</summary>
internal sealed class Promises
{
    private readonly ConcurrentQueue<Promise> _open = new();
    private readonly List<Promise> _later = [];
    private int _made;

    public int Made => _made;

    public void Add(Promise promise)
    {
        Interlocked.Increment(ref _made);
        _open.Enqueue(promise);
    }

    /// <summary>Checks what the stretch covers; gives what was broken.</summary>
    public IEnumerable<string> Check(LogStretch log)
    {
        while (_open.TryDequeue(out var promise))
        {
            _later.Add(promise);
        }

        var due = _later.Where(promise => promise.Seq <= log.Head).ToList();
        _later.RemoveAll(promise => promise.Seq <= log.Head);
        foreach (var promise in due)
        {
            if (!log.Events.TryGetValue(promise.Seq, out var entry))
            {
                yield return $"lost: {promise} is not in the log";
            }
            else if (entry.Event != promise.Event || entry.Payload.GetProperty("session_id").GetString() != promise.SessionId
                || (promise.Mark is { } mark && !entry.Payload.GetRawText().Contains(mark, StringComparison.Ordinal)))
            {
                yield return $"replaced: {promise}, but the log has {entry.Event} {entry.Payload}";
            }
        }
    }

    /// <summary>Promises beyond the end of the log, once nothing is under way any more: they were lost.</summary>
    public IEnumerable<string> Rest() => _later.Select(promise => $"lost: {promise} is beyond the end of the log");
}

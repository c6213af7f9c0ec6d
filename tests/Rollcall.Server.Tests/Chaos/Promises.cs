using System.Collections.Concurrent;
using System.Text.Json;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>What the hub answered ok: it promised that this event is durable.</summary>
/// <param name="Seq">Its place in the log.</param>
/// <param name="Event">Its name.</param>
/// <param name="SessionId">Whose it is.</param>
/// <param name="Mark">The text that no other command has, <c>mark-000000042</c>, where the command carries one.</param>
internal sealed record Promise(long Seq, string Event, string SessionId, string? Mark)
{
    private const string MarkPrefix = "mark-";

    public static string MarkOf(int number) => $"{MarkPrefix}{number:D9}";

    /// <summary>What an event of the log keeps of a promise.</summary>
    public static Promise KeptBy(long seq, string name, JsonElement payload)
    {
        var text = payload.GetRawText();
        var at = text.IndexOf(MarkPrefix, StringComparison.Ordinal);
        return new(
            seq, name, payload.TryGetProperty("session_id", out var id) ? id.GetString()! : "", at < 0 ? null : text.Substring(at, MarkOf(0).Length));
    }
}

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
    private readonly Dictionary<long, Promise> _kept = [];
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
        foreach (var (seq, entry) in log.Events)
        {
            _kept[seq] = Promise.KeptBy(seq, entry.Event, entry.Payload);
        }

        while (_open.TryDequeue(out var promise))
        {
            _later.Add(promise);
        }

        // An answer may arrive long after its event was read back.
        var due = _later.Where(promise => promise.Seq <= log.Head).ToList();
        _later.RemoveAll(promise => promise.Seq <= log.Head);
        foreach (var promise in due)
        {
            var kept = _kept.GetValueOrDefault(promise.Seq);
            if (kept != promise)
            {
                yield return $"broken: {promise}, but the log has {kept}";
            }
        }
    }

    /// <summary>Promises beyond the end of the log, once nothing is under way any more: they were lost.</summary>
    public IEnumerable<string> Rest() => _later.Select(promise => $"lost: {promise} is beyond the end of the log");
}

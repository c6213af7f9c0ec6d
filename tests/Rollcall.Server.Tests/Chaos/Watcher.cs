using System.Collections.Concurrent;
using System.Text.Json;
using Rollcall.Client;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>
/// One who watches and remembers everything. What it heard must be exactly what the log tells its topics, from its
/// first cursor on. Hearing is safe from any thread, checking is for one.
/// </summary>
internal abstract class Watcher(string name, Func<string, JsonElement, bool> hears)
{
    private readonly ConcurrentQueue<(long Seq, string Event, ReadOnlyMemory<byte> Payload)> _heard = new();
    private readonly SortedDictionary<long, string> _expected = [];
    private long _checked = -1;
    private int _count;

    /// <summary>How many events were heard.</summary>
    public int Count => _count;

    /// <summary>How often the state was replaced in spite of a cursor; must stay 0.</summary>
    public int Replaced { get; private set; }

    /// <summary>How often it went on from its cursor.</summary>
    public int Resumed { get; protected set; }

    protected void Begin(Cursor? cursor)
    {
        if (Interlocked.CompareExchange(ref _checked, cursor!.After, -1) != -1)
        {
            Replaced++;
        }
    }

    protected void Hear(long seq, string happened, ReadOnlyMemory<byte> payload)
    {
        if (seq > 0)
        {
            Interlocked.Increment(ref _count);
            _heard.Enqueue((seq, happened, payload));
        }
    }

    /// <summary>Compares what was heard with a stretch of the log; gives what is wrong.</summary>
    public IEnumerable<string> Check(LogStretch log)
    {
        foreach (var (seq, entry) in log.Events)
        {
            if (hears(entry.Event, entry.Payload))
            {
                _expected[seq] = entry.Event + JsonSerializer.Serialize(entry.Payload);
            }
        }

        while (_heard.TryPeek(out var heard) && heard.Seq <= log.Head && _heard.TryDequeue(out heard))
        {
            foreach (var missed in _expected.Keys.Where(seq => seq > _checked && seq < heard.Seq).ToList())
            {
                yield return $"{name}: a gap, {missed} {_expected[missed]} was not heard before {heard.Seq}";
            }

            if (heard.Seq <= _checked)
            {
                yield return $"{name}: heard {heard.Seq} after {_checked}: a repeat, or out of order";
            }
            else if (!_expected.TryGetValue(heard.Seq, out var entry) || entry != heard.Event + Canonical(heard.Payload))
            {
                yield return $"{name}: invented, heard {heard.Seq} {heard.Event} {Canonical(heard.Payload)}, the log has {entry ?? "nothing"}";
            }

            _checked = Math.Max(_checked, heard.Seq);
        }

        foreach (var done in _expected.Keys.TakeWhile(seq => seq <= _checked).ToList())
        {
            _expected.Remove(done);
        }
    }

    /// <summary>The last event that it must hear and has not; null when it is up to date.</summary>
    public long? Missing => _checked < 0 || _expected.Count == 0 ? null : _expected.Keys.Last();

    /// <summary>Watches until the token says so, over all restarts.</summary>
    public abstract Task Run(CancellationToken stop);

    private static string Canonical(ReadOnlyMemory<byte> payload) => JsonSerializer.Serialize(JsonElement.Parse(payload.Span));
}

using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>
/// A map that keeps only its most recently used entries, up to a fixed number. A copy shares what it holds, and so costs
/// next to nothing. Not synchronised.
/// </summary>
internal sealed class Recent<TValue>(int capacity)
{
    private static readonly ImmutableDictionary<string, long> None = ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>By key, which use of the map was the entry's last.</summary>
    private ImmutableDictionary<string, long> _lastUses = None;
    private ImmutableSortedDictionary<long, KeyValuePair<string, TValue>> _oldestFirst = ImmutableSortedDictionary<long, KeyValuePair<string, TValue>>.Empty;
    private long _uses;

    public int Count => _lastUses.Count;

    public IEnumerable<KeyValuePair<string, TValue>> NewestFirst => _oldestFirst.Values.Reverse();

    public bool Contains(string key) => _lastUses.ContainsKey(key);

    /// <summary>Finds an entry and leaves it as old as it is.</summary>
    public bool TryGet(string key, [MaybeNullWhen(false)] out TValue value)
    {
        var found = _lastUses.TryGetValue(key, out var use);
        value = found ? _oldestFirst[use].Value : default;
        return found;
    }

    /// <summary>Finds an entry and makes it the newest.</summary>
    public bool TryUse(string key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!TryGet(key, out value))
        {
            return false;
        }

        Set(key, value);
        return true;
    }

    /// <summary>Puts an entry in as the newest; the oldest goes when there is no room.</summary>
    public void Set(string key, TValue value)
    {
        Remove(key);
        if (Count == capacity)
        {
            Remove(_oldestFirst.First().Value.Key);
        }

        _oldestFirst = _oldestFirst.Add(++_uses, KeyValuePair.Create(key, value));
        _lastUses = _lastUses.Add(key, _uses);
    }

    public bool Remove(string key)
    {
        if (!_lastUses.TryGetValue(key, out var use))
        {
            return false;
        }

        _oldestFirst = _oldestFirst.Remove(use);
        _lastUses = _lastUses.Remove(key);
        return true;
    }

    /// <summary>Another map with the same entries.</summary>
    public Recent<TValue> Copy() => (Recent<TValue>)MemberwiseClone();
}

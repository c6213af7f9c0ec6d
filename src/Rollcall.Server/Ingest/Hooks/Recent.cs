using System.Diagnostics.CodeAnalysis;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>A map that keeps only its most recently used entries, up to a fixed number. Not synchronised.</summary>
internal sealed class Recent<TValue>(int capacity)
{
    private readonly Dictionary<string, LinkedListNode<KeyValuePair<string, TValue>>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<KeyValuePair<string, TValue>> _newestFirst = [];

    public int Count => _nodes.Count;

    public IEnumerable<KeyValuePair<string, TValue>> NewestFirst => _newestFirst;

    public bool Contains(string key) => _nodes.ContainsKey(key);

    /// <summary>Finds an entry and makes it the newest.</summary>
    public bool TryUse(string key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            value = default;
            return false;
        }

        _newestFirst.Remove(node);
        _newestFirst.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    /// <summary>Puts an entry in as the newest; the oldest goes when there is no room.</summary>
    public void Set(string key, TValue value)
    {
        Remove(key);
        if (_nodes.Count == capacity)
        {
            Remove(_newestFirst.Last!.Value.Key);
        }

        _nodes[key] = _newestFirst.AddFirst(KeyValuePair.Create(key, value));
    }

    public bool Remove(string key)
    {
        if (!_nodes.Remove(key, out var node))
        {
            return false;
        }

        _newestFirst.Remove(node);
        return true;
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>The trails of the sessions that were noted last, up to a fixed number. Nobody copies them, which is what <see cref="Recent{TValue}"/> is for, and takes three times as much for each. Not synchronised.</summary>
internal sealed class Trails(int capacity)
{
    private readonly Dictionary<string, LinkedListNode<Entry>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _oldestFirst = [];

    public int Count => _byId.Count;

    public bool Contains(string sessionId) => _byId.ContainsKey(sessionId);

    public bool TryGet(string sessionId, [MaybeNullWhen(false)] out Trail trail)
    {
        trail = _byId.TryGetValue(sessionId, out var node) ? node.Value.Trail : null;
        return trail is not null;
    }

    /// <summary>Notes a session's trail as the newest; the oldest goes when there is no room.</summary>
    public void Set(string sessionId, Trail trail)
    {
        if (_byId.TryGetValue(sessionId, out var known))
        {
            _oldestFirst.Remove(known);
        }
        else if (Count == capacity)
        {
            _byId.Remove(_oldestFirst.First!.Value.SessionId);
            _oldestFirst.RemoveFirst();
        }

        _byId[sessionId] = _oldestFirst.AddLast(new Entry(sessionId, trail));
    }

    private sealed record Entry(string SessionId, Trail Trail);
}

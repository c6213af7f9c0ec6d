using System.Diagnostics.CodeAnalysis;
using Rollcall.Core.Sessions;

namespace Rollcall.Core.Fleet;

/// <summary>
/// The sessions that live, by id: an immutable map that shares with its successor what did not change. It is a trie over the
/// hashes of the ids, sixty-four ways at each node, so that one among a million is found, and changed, in a few steps, where a
/// balanced tree takes twenty.
/// </summary>
public sealed class LiveSessions
{
    /// <summary>No session.</summary>
    public static readonly LiveSessions Empty = new(new Node(null), 0);

    /// <summary>Bits of the hash that a node looks at.</summary>
    private const int Bits = 6;

    /// <summary>Above so many sessions in one place a node is made of them, while the hash has bits left.</summary>
    private const int MostTogether = 8;

    private readonly Node root;

    private LiveSessions(Node root, int count) => (this.root, Count) = (root, count);

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Their ids, in no order.</summary>
    public IEnumerable<string> Keys => Values.Select(session => session.View.Id);

    /// <summary>They themselves, in no order.</summary>
    public IEnumerable<Session> Values => All(root);

    /// <summary>The session of an id that is there.</summary>
    public Session this[string id] => GetValueOrDefault(id) ?? throw new KeyNotFoundException(id);

    /// <summary>The session of an id; null when there is none.</summary>
    public Session? GetValueOrDefault(string id) => Find(root, id);

    /// <inheritdoc cref="GetValueOrDefault"/>
    public bool TryGetValue(string id, [NotNullWhen(true)] out Session? session) => (session = Find(root, id)) is not null;

    /// <summary>Whether there is a session of an id.</summary>
    public bool ContainsKey(string id) => Find(root, id) is not null;

    /// <summary>The map with these sessions in place of what was known of them: those that live are in it, others are not.</summary>
    public LiveSessions With(IEnumerable<Session> changed)
    {
        // Nodes made here belong to this change until it is done, and are changed in place.
        var owner = new object();
        var (top, count) = (root, Count);
        foreach (var session in changed)
        {
            if (session.View.IsLive)
            {
                top = Put(top, owner, session, Hash(session.View.Id), 0, ref count);
            }
            else if (Find(top, session.View.Id) is not null)
            {
                top = Remove(top, owner, session.View.Id, Hash(session.View.Id), 0) ?? new Node(null);
                count--;
            }
        }

        return new LiveSessions(top, count);
    }

    private static Session? Find(Node top, string id)
    {
        var hash = Hash(id);
        object? place = top;
        for (var shift = 0; place is Node node; shift += Bits)
        {
            place = node.Places[At(hash, shift)];
        }

        return place is Session one ? (one.View.Id == id ? one : null)
            : place is Session[] some && IndexOf(some, id) is >= 0 and var index ? some[index]
            : null;
    }

    /// <summary>Where among those of one place the session of an id is; -1 when it is not. A delegate would be made anew for each look.</summary>
    private static int IndexOf(Session[] some, string id)
    {
        for (var index = 0; index < some.Length; index++)
        {
            if (some[index].View.Id == id)
            {
                return index;
            }
        }

        return -1;
    }

    private static Node Put(Node node, object owner, Session session, uint hash, int shift, ref int count)
    {
        var at = At(hash, shift);
        var place = node.Places[at];
        var after = place switch
        {
            null => Added(session, ref count),
            Node child => Put(child, owner, session, hash, shift + Bits, ref count),
            Session one when one.View.Id == session.View.Id => session,
            Session one => Together([one], session, owner, shift, ref count),
            Session[] some when IndexOf(some, session.View.Id) is >= 0 and var index => Replaced(some, index, session),
            Session[] some => Together(some, session, owner, shift, ref count),
            _ => throw new InvalidOperationException("a place holds a session, some, or a node"),
        };
        return ReferenceEquals(place, after) ? node : node.With(owner, at, after);
    }

    private static Node? Remove(Node node, object owner, string id, uint hash, int shift)
    {
        var at = At(hash, shift);
        object? after = node.Places[at] switch
        {
            Node child => Remove(child, owner, id, hash, shift + Bits),
            Session[] { Length: 2 } two => two[0].View.Id == id ? two[1] : two[0],
            Session[] some => Array.FindAll(some, other => other.View.Id != id),
            _ => null,
        };
        var without = node.With(owner, at, after);
        return without.Taken == 0 ? null : without;
    }

    private static Session Added(Session session, ref int count)
    {
        count++;
        return session;
    }

    private static object Together(Session[] some, Session session, object owner, int shift, ref int count)
    {
        count++;
        Session[] all = [.. some, session];
        if (all.Length <= MostTogether || shift + Bits >= 32)
        {
            return all;
        }

        var (node, counted) = (new Node(owner), 0);
        foreach (var one in all)
        {
            node = Put(node, owner, one, Hash(one.View.Id), shift + Bits, ref counted);
        }

        return node;
    }

    private static Session[] Replaced(Session[] some, int index, Session session)
    {
        Session[] after = [.. some];
        after[index] = session;
        return after;
    }

    private static IEnumerable<Session> All(Node node)
    {
        foreach (var place in node.Places)
        {
            switch (place)
            {
                case Session one:
                    yield return one;
                    break;
                case Session[] some:
                    foreach (var session in some)
                    {
                        yield return session;
                    }

                    break;
                case Node child:
                    foreach (var session in All(child))
                    {
                        yield return session;
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private static uint Hash(string id) => (uint)id.GetHashCode(StringComparison.Ordinal);

    private static int At(uint hash, int shift) => (int)(hash >> shift) & ((1 << Bits) - 1);

    /// <summary>Sixty-four places: nothing, a session, a few sessions, or a node.</summary>
    private sealed class Node(object? owner)
    {
        public object?[] Places { get; private init; } = new object?[1 << Bits];

        /// <summary>Places that are not empty.</summary>
        public int Taken { get; private set; }

        private object? Owner { get; } = owner;

        public Node With(object changing, int at, object? after)
        {
            var node = ReferenceEquals(Owner, changing) ? this : new Node(changing) { Places = [.. Places], Taken = Taken };
            node.Taken += (after is null ? 0 : 1) - (node.Places[at] is null ? 0 : 1);
            node.Places[at] = after;
            return node;
        }
    }
}

using Rollcall.Core.Sessions;

namespace Rollcall.Core.Fleet;

/// <summary>
/// Sessions by id: an immutable map that shares with its successor what did not change. It is a trie over the hashes of the
/// ids, sixty-four ways at each node, so that one among a million is found, and changed, in a few steps, where a balanced
/// tree takes twenty.
/// </summary>
internal sealed class SessionTrie
{
    public static readonly SessionTrie Empty = new(new Node(null), 0);

    /// <summary>Bits of the hash that a node looks at.</summary>
    private const int Bits = 6;

    /// <summary>Above so many sessions in one place a node is made of them, while the hash has bits left.</summary>
    private const int MostTogether = 8;

    private readonly Node root;

    private SessionTrie(Node root, int count) => (this.root, Count) = (root, count);

    public int Count { get; }

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<Session> Values => But(Empty);

    /// <summary>Those whose ids another does not have, in no order. Where it has nothing, nothing is looked up.</summary>
    public IEnumerable<Session> But(SessionTrie others) => But(root, others.root, others);

    public static uint Hash(string id) => (uint)id.GetHashCode(StringComparison.Ordinal);

    /// <summary>The session of an id, whose <see cref="Hash"/> is given, too; null when there is none.</summary>
    public Session? Find(string id, uint hash) => Find(root, id, hash);

    private static Session? Find(Node top, string id, uint hash)
    {
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

    private static IEnumerable<Session> But(Node node, object? beside, SessionTrie others)
    {
        for (var at = 0; at < node.Places.Length; at++)
        {
            // What the other has here, or above where it keeps few together.
            var hidden = beside is Node other ? other.Places[at] : beside;
            switch (node.Places[at])
            {
                case Session one when !Hides(hidden, one, others):
                    yield return one;
                    break;
                case Session[] some:
                    foreach (var session in some)
                    {
                        if (!Hides(hidden, session, others))
                        {
                            yield return session;
                        }
                    }

                    break;
                case Node child:
                    foreach (var session in But(child, hidden, others))
                    {
                        yield return session;
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private static bool Hides(object? place, Session session, SessionTrie others) => place switch
    {
        null => false,
        Session one => one.View.Id == session.View.Id,
        Session[] some => IndexOf(some, session.View.Id) >= 0,
        _ => others.Find(session.View.Id, Hash(session.View.Id)) is not null,
    };

    private static int At(uint hash, int shift) => (int)(hash >> shift) & ((1 << Bits) - 1);

    /// <summary>Several changes at once. Nodes that it makes belong to it until it is done, and are changed in place.</summary>
    public sealed class Change(SessionTrie before)
    {
        private object owner = new();
        private Node top = before.root;
        private int count = before.Count;

        /// <summary>Puts a session in place of the one with its id, which it gives back; null when there was none.</summary>
        public Session? Put(Session session, uint hash)
        {
            Session? was = null;
            top = Put(top, session, hash, 0, ref was);
            count += was is null ? 1 : 0;
            return was;
        }

        /// <summary>Removes the session of an id, if there is one.</summary>
        public void Remove(string id, uint hash)
        {
            if (Find(top, id, hash) is not null)
            {
                top = Remove(top, id, hash, 0) ?? new Node(null);
                count--;
            }
        }

        public SessionTrie Done()
        {
            owner = new();
            return new(top, count);
        }

        private Node Put(Node node, Session session, uint hash, int shift, ref Session? was)
        {
            var at = At(hash, shift);
            var place = node.Places[at];
            object after;
            switch (place)
            {
                case null:
                    after = session;
                    break;
                case Node child:
                    after = Put(child, session, hash, shift + Bits, ref was);
                    break;
                case Session one when one.View.Id == session.View.Id:
                    (was, after) = (one, session);
                    break;
                case Session one:
                    after = Together([one, session], shift);
                    break;
                case Session[] some when IndexOf(some, session.View.Id) is >= 0 and var index:
                    (was, after) = (some[index], Replaced(some, index, session));
                    break;
                case Session[] some:
                    after = Together([.. some, session], shift);
                    break;
                default:
                    throw new InvalidOperationException("a place holds a session, some, or a node");
            }

            return ReferenceEquals(place, after) ? node : node.With(owner, at, after);
        }

        private Node? Remove(Node node, string id, uint hash, int shift)
        {
            var at = At(hash, shift);
            object? after = node.Places[at] switch
            {
                Node child => Remove(child, id, hash, shift + Bits),
                Session[] { Length: 2 } two => two[0].View.Id == id ? two[1] : two[0],
                Session[] some => Array.FindAll(some, other => other.View.Id != id),
                _ => null,
            };
            var without = node.With(owner, at, after);
            return without.Taken == 0 ? null : without;
        }

        private object Together(Session[] all, int shift)
        {
            if (all.Length <= MostTogether || shift + Bits >= 32)
            {
                return all;
            }

            var (node, was) = (new Node(owner), (Session?)null);
            foreach (var one in all)
            {
                node = Put(node, one, Hash(one.View.Id), shift + Bits, ref was);
            }

            return node;
        }

        private static Session[] Replaced(Session[] some, int index, Session session)
        {
            Session[] after = [.. some];
            after[index] = session;
            return after;
        }
    }

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

using System.Diagnostics.CodeAnalysis;
using Rollcall.Core.Sessions;

namespace Rollcall.Core.Fleet;

/// <summary>
/// The sessions that live, by id: an immutable map, of a large fleet in two layers. What changed lately lies by itself there, as
/// it is what is looked up and changes again next: so that costs what it costs in a small fleet, however many others live.
/// </summary>
public sealed class LiveSessions
{
    /// <summary>No session.</summary>
    public static readonly LiveSessions Empty = new(SessionTrie.Empty, SessionTrie.Empty, 0);

    /// <summary>So many sessions lie by themselves before they are put with all: a few milliseconds, among a million.</summary>
    private const int MostRecent = 2048;

    /// <summary>Among no more than so many, each is as near as if it lay by itself, so that none does.</summary>
    private const int Few = 8 * 1024;

    private readonly SessionTrie all;

    /// <summary>Newer than what <see cref="all"/> has of them; one that has ended hides it.</summary>
    private readonly SessionTrie recent;

    private LiveSessions(SessionTrie all, SessionTrie recent, int count) => (this.all, this.recent, Count) = (all, recent, count);

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Their ids, in no order.</summary>
    public IEnumerable<string> Keys => Values.Select(session => session.View.Id);

    /// <summary>They themselves, in no order.</summary>
    public IEnumerable<Session> Values => recent.Values.Where(session => session.View.IsLive)
        .Concat(all.But(recent));

    /// <summary>The session of an id that is there.</summary>
    public Session this[string id] => GetValueOrDefault(id) ?? throw new KeyNotFoundException(id);

    /// <summary>The session of an id; null when there is none.</summary>
    public Session? GetValueOrDefault(string id)
    {
        var hash = SessionTrie.Hash(id);
        return recent.Find(id, hash) is { } changed ? (changed.View.IsLive ? changed : null) : all.Find(id, hash);
    }

    /// <inheritdoc cref="GetValueOrDefault"/>
    public bool TryGetValue(string id, [NotNullWhen(true)] out Session? session) => (session = GetValueOrDefault(id)) is not null;

    /// <summary>Whether there is a session of an id.</summary>
    public bool ContainsKey(string id) => GetValueOrDefault(id) is not null;

    /// <summary>The map with these sessions in place of what was known of them: those that live are in it, others are not.</summary>
    public LiveSessions With(IReadOnlyCollection<Session> changed)
    {
        if (all.Count + recent.Count <= Few || recent.Count + changed.Count > MostRecent)
        {
            var whole = Whole(recent.Values.Concat(changed));
            return new LiveSessions(whole, SessionTrie.Empty, whole.Count);
        }

        var (change, count) = (new SessionTrie.Change(recent), Count);
        foreach (var session in changed)
        {
            var (id, hash) = (session.View.Id, SessionTrie.Hash(session.View.Id));
            var isThere = change.Put(session, hash) is { } before ? before.View.IsLive : all.Find(id, hash) is not null;
            count += (session.View.IsLive ? 1 : 0) - (isThere ? 1 : 0);
        }

        return new LiveSessions(all, change.Done(), count);
    }

    /// <summary>All of them, with these.</summary>
    private SessionTrie Whole(IEnumerable<Session> changed)
    {
        var change = new SessionTrie.Change(all);
        foreach (var session in changed)
        {
            var hash = SessionTrie.Hash(session.View.Id);
            if (session.View.IsLive)
            {
                change.Put(session, hash);
            }
            else
            {
                change.Remove(session.View.Id, hash);
            }
        }

        return change.Done();
    }
}

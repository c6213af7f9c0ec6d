using System.Collections.Concurrent;
using Rollcall.Core.Sessions;

namespace Rollcall.Core.Fleet;

/// <summary>Which program owns which session, and how to reach it. Changed by the hub's writer alone; safe to ask from any thread.</summary>
public sealed class Owners
{
    private readonly ConcurrentDictionary<string, Owner> _bySession = new();

    /// <summary>Makes somebody the owner of a session; gives back who was it before.</summary>
    public Owner? Take(string sessionId, Owner owner)
    {
        Owner? before = null;
        _bySession.AddOrUpdate(sessionId, owner, (_, present) =>
        {
            before = present;
            return owner;
        });
        return before;
    }

    /// <summary>Ends an ownership; false when somebody else has taken it since.</summary>
    public bool Release(string sessionId, Owner owner) => _bySession.TryRemove(new(sessionId, owner));

    /// <summary>Whether a session has an owner now.</summary>
    public bool Has(string sessionId) => _bySession.ContainsKey(sessionId);

    /// <summary>Who owns a session now; null when nobody does.</summary>
    public Owner? Of(string sessionId) => _bySession.GetValueOrDefault(sessionId);

    /// <summary>The sessions that have an owner, and their owners, in no order.</summary>
    internal IEnumerable<KeyValuePair<string, Owner>> All => _bySession;

    /// <summary>Ends the ownership of somebody who may not see the project that a session is of now, and tells them.</summary>
    public void Release(string sessionId, Owner owner, string? project)
    {
        if (!owner.Projects.Sees(project) && Release(sessionId, owner))
        {
            owner.Replaced();
        }
    }
}

/// <summary>A program that owns a session.</summary>
/// <param name="Tell">Asks it something: the name, such as <c>send_message</c>, and the fields, UTF-8 JSON. False when it does not take more. The hub's writer
/// alone calls it, in the order in which things happened; it must be quick.</param>
/// <param name="Replaced">Called when somebody else becomes the owner, or a life begins that this one may not see.</param>
public sealed record Owner(Func<string, ReadOnlyMemory<byte>, bool> Tell, Action Replaced)
{
    /// <summary>The id of the key that it came with; null when it came without one.</summary>
    public string? Key { get; init; }

    /// <summary>It may see the sessions of these projects only; null for all.</summary>
    public IReadOnlySet<string>? Projects { get; init; }

    /// <summary>Since when it owns the session, UTC; null when nobody noted it.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>An owner is itself, not its parts.</summary>
    public bool Equals(Owner? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

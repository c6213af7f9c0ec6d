using System.Collections.Concurrent;

namespace Rollcall.Core.Fleet;

/// <summary>Which program owns which session, and how to reach it. Safe from any thread.</summary>
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

    /// <summary>Sends something to a session's owner; false when there is none, or it does not take more.</summary>
    /// <param name="sessionId">Whose owner.</param>
    /// <param name="name">What is asked, such as <c>send_message</c>.</param>
    /// <param name="payload">The fields, UTF-8 JSON.</param>
    public bool TryTell(string sessionId, string name, ReadOnlyMemory<byte> payload) =>
        _bySession.TryGetValue(sessionId, out var owner) && owner.Tell(name, payload);
}

/// <summary>A program that owns a session.</summary>
/// <param name="Tell">Sends it an event; false when it does not take more.</param>
/// <param name="Replaced">Called when somebody else becomes the owner.</param>
public sealed record Owner(Func<string, ReadOnlyMemory<byte>, bool> Tell, Action Replaced)
{
    /// <summary>The id of the key that it came with; null when it came without one.</summary>
    public string? Key { get; init; }

    /// <summary>Since when it owns the session, UTC; null when nobody noted it.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>An owner is itself, not its parts.</summary>
    public bool Equals(Owner? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

namespace Rollcall.Client;

/// <summary>What is asked for with a topic.</summary>
public sealed record JoinOptions
{
    /// <summary>What is known already: the hub tells what was missed since, if it can. Null for a fresh start.</summary>
    public Cursor? From { get; init; }

    /// <summary>Whether the state is wanted when what was missed cannot be told.</summary>
    public bool Snapshot { get; init; } = true;

    /// <summary>Only these events, by their names on the wire; null for all of the topic.</summary>
    public IReadOnlyCollection<string>? Events { get; init; }

    /// <summary>
    /// Whether to own the session: <see cref="TopicMessage.Asked"/> arrives here, reports may be pushed, and the
    /// connection is the session's sign of life. Only with <c>session:&lt;id&gt;</c>.
    /// </summary>
    public bool AsOwner { get; init; }
}

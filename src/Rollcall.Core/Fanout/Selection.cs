namespace Rollcall.Core.Fanout;

/// <summary>
/// What a subscription hears: some topics, of their events only some, and of the sessions only those of some
/// projects. Subscriptions with an equal selection share one run of frames.
/// </summary>
public sealed record Selection
{
    /// <summary>Hears the topics.</summary>
    /// <param name="topics">At least one.</param>
    /// <param name="events">Only these events; null for all.</param>
    /// <param name="projects">Only sessions of these projects, and nothing of the whole fleet; null for all.</param>
    public Selection(IReadOnlyList<Topic> topics, IReadOnlySet<string>? events, IReadOnlySet<string>? projects)
    {
        Topics = topics;
        Events = events;
        Projects = projects;
        Key = string.Join('\n', topics.Select(topic => topic.Name))
            + "\0" + Canonical(events) + "\0" + Canonical(projects);
    }

    /// <summary>The topics.</summary>
    public IReadOnlyList<Topic> Topics { get; }

    /// <summary>Only these events; null for all.</summary>
    public IReadOnlySet<string>? Events { get; }

    /// <summary>Only sessions of these projects; null for all.</summary>
    public IReadOnlySet<string>? Projects { get; }

    /// <summary>Equal for equal selections.</summary>
    public string Key { get; }

    /// <summary>Whether an event is among what is heard, given that one of the topics tells it.</summary>
    public bool Admits(Publication told) =>
        (Events is null || Events.Contains(told.Event))
        && (Projects is null || (told.Project is not null && Projects.Contains(told.Project)));

    /// <summary>Whether an event is heard.</summary>
    public bool Hears(Publication told) => Admits(told) && Topic.Of(told).Any(name => Topics.Any(topic => topic.Name == name));

    /// <inheritdoc/>
    public bool Equals(Selection? other) => other is not null && Key == other.Key;

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    private static string Canonical(IReadOnlySet<string>? names) =>
        names is null ? "*" : string.Join('\n', names.Order(StringComparer.Ordinal));
}

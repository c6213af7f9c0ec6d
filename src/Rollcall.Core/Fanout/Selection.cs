using Rollcall.Core.Sessions;

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
        StateKey = $"{Listed(topics.Select(topic => topic.Name))} {Canonical(projects)}";
        Key = $"{StateKey} {Canonical(events)}";
    }

    /// <summary>The topics.</summary>
    public IReadOnlyList<Topic> Topics { get; }

    /// <summary>Only these events; null for all.</summary>
    public IReadOnlySet<string>? Events { get; }

    /// <summary>Only sessions of these projects; null for all.</summary>
    public IReadOnlySet<string>? Projects { get; }

    /// <summary>Equal for equal selections.</summary>
    public string Key { get; }

    /// <summary>Equal for selections whose state is the same: which events are heard does not change it.</summary>
    internal string StateKey { get; }

    /// <summary>Whether pieces of output are heard, which only a session's own topic tells.</summary>
    internal bool HearsOutput => Topics.Any(topic => topic.Kind == TopicKind.Session);

    /// <summary>Whether its state has all live sessions in it, or those of a project, so that it may be large.</summary>
    internal bool ListsSessions => Topics.Any(topic => topic.Kind is TopicKind.Sessions or TopicKind.Project or TopicKind.Everything);

    /// <summary>Whether an event is among what is heard, given that one of the topics tells it.</summary>
    public bool Admits(Publication told) =>
        (Events is null || Events.Contains(told.Event))
        && Sees(told.Project);

    /// <summary>Whether what belongs to a project, or to none, may be heard.</summary>
    public bool Sees(string? project) => Projects.Sees(project);

    /// <inheritdoc/>
    public bool Equals(Selection? other) => other is not null && Key == other.Key;

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    private static string Canonical(IReadOnlySet<string>? names) =>
        names is null ? "all" : Listed(names.Order(StringComparer.Ordinal));

    /// <summary>Each name with its length before it, because a name may be any text.</summary>
    private static string Listed(IEnumerable<string> names) => string.Concat(names.Select(name => $"{name.Length}:{name}"));
}

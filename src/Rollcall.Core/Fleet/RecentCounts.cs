using System.Collections.Immutable;
using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>The last changes of the number of sessions that were told, newest first: of all sessions and outside sources, and of each project. Immutable.</summary>
public sealed record RecentCounts
{
    /// <summary>How many changes a new subscriber is told.</summary>
    public const int Kept = 10;

    /// <summary>Of so many projects they are kept: of those that were told last.</summary>
    private const int MostProjects = 4096;

    /// <summary>None.</summary>
    public static readonly RecentCounts None = new();

    private readonly ImmutableList<SessionCountChanged> _ofAll = [];
    private readonly ImmutableDictionary<string, ImmutableList<SessionCountChanged>> _ofProjects =
        ImmutableDictionary.Create<string, ImmutableList<SessionCountChanged>>(StringComparer.Ordinal);

    private RecentCounts()
    {
    }

    private RecentCounts(ImmutableList<SessionCountChanged> ofAll, ImmutableDictionary<string, ImmutableList<SessionCountChanged>> ofProjects) =>
        (_ofAll, _ofProjects) = (ofAll, ofProjects);

    /// <summary>Those of a project; of all sessions for null.</summary>
    public ImmutableList<SessionCountChanged> Of(string? project) =>
        project is null ? _ofAll : _ofProjects.GetValueOrDefault(project, []);

    /// <summary>With one more.</summary>
    public RecentCounts With(SessionCountChanged told)
    {
        ImmutableList<SessionCountChanged> now = [told, .. Of(told.Project).Take(Kept - 1)];
        return told.Project is null ? new(now, _ofProjects) : new(_ofAll, Bounded(_ofProjects.SetItem(told.Project, now)));
    }

    /// <summary>Half of them go at once: to look for the one to go takes time.</summary>
    private static ImmutableDictionary<string, ImmutableList<SessionCountChanged>> Bounded(ImmutableDictionary<string, ImmutableList<SessionCountChanged>> projects) =>
        projects.Count <= MostProjects
            ? projects
            : projects.OrderByDescending(project => project.Value[0].Time).Take(MostProjects / 2).ToImmutableDictionary(StringComparer.Ordinal);
}

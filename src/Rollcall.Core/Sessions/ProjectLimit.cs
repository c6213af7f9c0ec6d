using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>What somebody sees and may do who is limited to some projects; null stands for all. Pure.</summary>
public static class ProjectLimit
{
    /// <summary>Whether what belongs to a project, or to none, is theirs to see and report.</summary>
    public static bool Sees(this IReadOnlySet<string>? projects, string? project) =>
        projects is null || (project is not null && projects.Contains(project));

    /// <summary>Whether a command is about a session that is not theirs, or is not there at all.</summary>
    /// <param name="projects">Theirs.</param>
    /// <param name="session">The session now; null when there never was one of this id.</param>
    /// <param name="command">What is asked.</param>
    public static bool Forbids(this IReadOnlySet<string>? projects, Session? session, Command command)
    {
        if (projects is null || !SessionIds.IsValid(command.SessionId))
        {
            return false;
        }

        // A new life of a session that has ended may be of another project: both must be theirs.
        var begins = session is not { View.IsLive: true } ? command as CreateSession : null;
        return (session is null ? begins is null : !projects.Sees(session.View.Project))
            || (begins is not null && !projects.Sees(Creation.ProjectOf(begins) ?? session?.View.Project));
    }
}

using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>Decides how a session's life begins. Pure.</summary>
public static class Creation
{
    /// <summary>What a new session belongs to: what the reporter says, else the last folder of where it works.</summary>
    public static string? ProjectOf(CreateSession create) => create.Project ?? LastFolder(create.Cwd);

    internal static Decision Decide(Course course, CreateSession create)
    {
        var (session, now) = (course.Session, course.Now);
        if (session is { View.IsLive: true })
        {
            return Reports.Changed(course, session, session.View);
        }

        if (session is not null && !create.Revive)
        {
            return new Decision.Refused(
                ErrorCodes.Conflict,
                $"session {create.SessionId} has ended; only an agent that resumes it begins a new life");
        }

        var before = session?.View ?? new SessionView { Id = create.SessionId };
        var project = ProjectOf(create) ?? before.Project;

        // Who sees another project may not have seen the life that ended.
        var inherited = project == before.Project ? before : new SessionView { Id = create.SessionId };
        var metadata = inherited.Metadata;
        if (create.Metadata is { } given && MetadataPatch.Check(inherited.Metadata, given, out metadata) is { } refused)
        {
            return refused;
        }

        var born = new SessionView
        {
            Id = create.SessionId,
            Name = create.Name ?? inherited.Name,
            Agent = create.Agent ?? inherited.Agent,
            Project = project,
            Host = create.Host ?? inherited.Host,
            Cwd = create.Cwd ?? inherited.Cwd,
            Model = create.Model ?? inherited.Model,
            Status = SessionStatus.Initializing,
            State = SessionState.Idle,
            Usage = before.Usage,
            Metadata = metadata,
            CreatedAt = now,
            UpdatedAt = now,
            LastSeenAt = now,
            Version = course.Version,
            Seq = course.Seq,
        };
        course.Tell(new SessionCreated { SessionId = born.Id, Seq = born.Seq, Time = now, Metadata = metadata, Session = born });
        if (session is not null)
        {
            // Who watches this session alone does not hear that it was created anew, and folds the old life's view on; who may
            // not see what is in other projects, that of the last life that was in this one, whatever it held.
            _ = project == before.Project
                ? course.TellDifference(before, born)
                : course.Tell(SessionUpdated.Whole(born, now, course.Seq, course.Version));
        }

        return course
            .Tell(new SessionStatusChanged
            {
                SessionId = born.Id,
                Seq = course.Seq,
                Time = now,
                Status = create.Status ?? SessionStatus.Active,
                PreviousStatus = SessionStatus.Initializing,
                UpdatedAt = now,
            })
            .Decision;
    }

    /// <summary>The project of a session that names none; a folder's longer name is cut, never within a character.</summary>
    public static string? LastFolder(string? cwd)
    {
        var trimmed = cwd?.TrimEnd('/', '\\');
        if (string.IsNullOrEmpty(trimmed))
        {
            return null;
        }

        var folder = trimmed[(trimmed.LastIndexOfAny(['/', '\\']) + 1)..];
        var most = folder.Length > Wire.MaxNameLength && char.IsHighSurrogate(folder[Wire.MaxNameLength - 1])
            ? Wire.MaxNameLength - 1
            : Wire.MaxNameLength;
        return folder.Length > most ? folder[..most] : folder;
    }
}

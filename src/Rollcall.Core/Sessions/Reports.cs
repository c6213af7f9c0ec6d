using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>Decides everything a live session reports that is not its status. Pure.</summary>
internal static class Reports
{
    /// <summary>What makes a session another view. Whatever is heard ends staleness.</summary>
    public static Decision Changed(Course course, Session session, SessionView after) =>
        course.TellDifference(session.View, after.Stale ? after with { Stale = false } : after).Decision;

    public static Decision Stale(Course course, Session session) => session.View.Status == SessionStatus.Active
        ? course.TellDifference(session.View, session.View with { Stale = true }).Decision
        : Decision.Unchanged;

    public static Decision Update(Course course, Session session, UpdateSession update)
    {
        var view = session.View;
        if (update.Project.HasValue && update.Project.Value != view.Project)
        {
            return Decision.Invalid("project", "cannot change after the session was created");
        }

        var metadata = view.Metadata;
        if (update.Metadata.HasValue && MetadataPatch.Check(view.Metadata, update.Metadata.Value, out metadata) is { } refused)
        {
            return refused;
        }

        return Changed(course, session, view with
        {
            Name = update.Name.Or(view.Name),
            Agent = update.Agent.Or(view.Agent),
            Host = update.Host.Or(view.Host),
            Cwd = update.Cwd.Or(view.Cwd),
            Model = update.Model.Or(view.Model),
            Metadata = metadata,
        });
    }

    public static Decision Start(Course course, Session session, StartTask start)
    {
        var id = start.TaskId!;
        if (session.Tasks.ContainsKey(id) || session.EndedTasks.Contains(id))
        {
            return Changed(course, session, session.View);
        }

        if (session.Tasks.Count == Session.MostTasks)
        {
            return new Decision.Refused(
                ErrorCodes.Conflict, $"session {session.View.Id} has {Session.MostTasks} tasks that were not completed", "task_id");
        }

        course.Tell(new TaskStarted { SessionId = session.View.Id, Seq = course.Seq, Time = course.Now, TaskId = id, Name = start.Name });
        return Changed(course, session, session.View with { TasksRunning = session.Tasks.Count + 1 });
    }

    public static Decision Complete(Course course, Session session, CompleteTask complete)
    {
        var id = complete.TaskId!;
        if (session.EndedTasks.Contains(id))
        {
            return Changed(course, session, session.View);
        }

        if (!session.Tasks.TryGetValue(id, out var task))
        {
            return new Decision.Refused(ErrorCodes.NotFound, $"task {id} of session {session.View.Id} was never started", "task_id");
        }

        course.Tell(new TaskCompleted
        {
            SessionId = session.View.Id,
            Seq = course.Seq,
            Time = course.Now,
            TaskId = id,
            Name = task.Name,
            Outcome = complete.Outcome ?? TaskOutcome.Completed,
            DurationSeconds = Math.Max(0, (course.Now - task.StartedAt).TotalSeconds),
        });
        return Changed(course, session, session.View with { TasksRunning = session.Tasks.Count - 1 });
    }

    public static Decision Use(Course course, Session session, ReportUsage report)
    {
        var usage = Spending.Add(session.View.Usage, report);
        return (Decision?)CommandRules.Check(report, usage)
            ?? Changed(course, session, session.View with { Usage = usage, Model = report.Model ?? session.View.Model });
    }

    public static Decision Output(Course course, Session session, AppendOutput output) => Heard(course, session, new StreamOutput
    {
        SessionId = session.View.Id,
        Seq = course.Seq,
        Time = course.Now,
        Stream = output.Stream ?? OutputStream.Stdout,
        Text = output.Text!,
        Index = session.OutputCount,
    });

    public static Decision MessageComplete(Course course, Session session, CompleteMessage message) => Heard(course, session, new MessageComplete
    {
        SessionId = session.View.Id,
        Seq = course.Seq,
        Time = course.Now,
        MessageId = message.MessageId,
        Usage = message.Usage,
        Cancelled = message.Cancelled,
    });

    public static Decision MessageError(Course course, Session session, ReportMessageError error) => Heard(course, session, new MessageFailed
    {
        SessionId = session.View.Id,
        Seq = course.Seq,
        Time = course.Now,
        Error = error.Error!,
        Code = error.Code,
    });

    /// <summary>Tells of what leaves the view as it is.</summary>
    private static Decision Heard(Course course, Session session, SessionEvent happened) => Changed(course.Tell(happened), session, session.View);
}

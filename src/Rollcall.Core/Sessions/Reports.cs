using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>Decides everything a live session reports that is not its status. Pure.</summary>
internal static class Reports
{
    /// <summary>The update from one view to another; null when they do not differ. Whatever is heard ends staleness.</summary>
    public static SessionUpdated? Difference(SessionView before, SessionView after, DateTimeOffset now)
    {
        var updated = SessionUpdated.Between(before, after, now);
        return updated.IsEmpty ? null : updated;
    }

    public static Decision Changed(Session session, SessionView after, DateTimeOffset now, params IReadOnlyList<SessionEvent> first)
    {
        var updated = Difference(session.View, after with { Stale = false }, now);
        return updated is null ? Decision.With(first) : Decision.With([.. first, updated]);
    }

    public static Decision Stale(Session session, DateTimeOffset now) =>
        session.View.Status == SessionStatus.Active && Difference(session.View, session.View with { Stale = true }, now) is { } updated
            ? Decision.With(updated)
            : Decision.Unchanged;

    public static Decision Update(Session session, UpdateSession update, DateTimeOffset now)
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

        return Changed(session, view with
        {
            Name = update.Name.Or(view.Name),
            Agent = update.Agent.Or(view.Agent),
            Host = update.Host.Or(view.Host),
            Cwd = update.Cwd.Or(view.Cwd),
            Model = update.Model.Or(view.Model),
            Metadata = metadata,
        }, now);
    }

    public static Decision Start(Session session, StartTask start, DateTimeOffset now)
    {
        var id = start.TaskId!;
        if (session.Tasks.ContainsKey(id) || session.EndedTasks.Contains(id))
        {
            return Changed(session, session.View, now);
        }

        if (session.Tasks.Count == Session.MostTasks)
        {
            return new Decision.Refused(
                ErrorCodes.Conflict, $"session {session.View.Id} has {Session.MostTasks} tasks that were not completed", "task_id");
        }

        var started = new TaskStarted { SessionId = session.View.Id, Time = now, TaskId = id, Name = start.Name };
        return Changed(session, session.View with { TasksRunning = session.Tasks.Count + 1 }, now, started);
    }

    public static Decision Complete(Session session, CompleteTask complete, DateTimeOffset now)
    {
        var id = complete.TaskId!;
        if (session.EndedTasks.Contains(id))
        {
            return Changed(session, session.View, now);
        }

        if (!session.Tasks.TryGetValue(id, out var task))
        {
            return new Decision.Refused(ErrorCodes.NotFound, $"task {id} of session {session.View.Id} was never started", "task_id");
        }

        var completed = new TaskCompleted
        {
            SessionId = session.View.Id,
            Time = now,
            TaskId = id,
            Name = task.Name,
            Outcome = complete.Outcome ?? TaskOutcome.Completed,
            DurationSeconds = Math.Max(0, (now - task.StartedAt).TotalSeconds),
        };
        return Changed(session, session.View with { TasksRunning = session.Tasks.Count - 1 }, now, completed);
    }

    public static Decision Use(Session session, ReportUsage report, DateTimeOffset now) => Changed(
        session,
        session.View with { Usage = Spending.Add(session.View.Usage, report), Model = report.Model ?? session.View.Model },
        now);

    public static Decision Output(Session session, AppendOutput output, DateTimeOffset now) => Changed(session, session.View, now, new StreamOutput
    {
        SessionId = session.View.Id,
        Time = now,
        Stream = output.Stream ?? OutputStream.Stdout,
        Text = output.Text!,
        Index = session.OutputCount,
    });

    public static Decision MessageComplete(Session session, CompleteMessage message, DateTimeOffset now) =>
        Changed(session, session.View, now, new MessageComplete
        {
            SessionId = session.View.Id,
            Time = now,
            MessageId = message.MessageId,
            Usage = message.Usage,
            Cancelled = message.Cancelled,
        });

    public static Decision MessageError(Session session, ReportMessageError error, DateTimeOffset now) =>
        Changed(session, session.View, now, new MessageFailed
        {
            SessionId = session.View.Id,
            Time = now,
            Error = error.Error!,
            Code = error.Code,
        });
}

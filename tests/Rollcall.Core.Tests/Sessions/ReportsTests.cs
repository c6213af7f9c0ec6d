using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Sessions;

public sealed class ReportsTests
{
    [Fact]
    public void Agentcmd_an_error_message_could_never_be_cleared_active_and_idle_clear_it_with_an_explicit_null()
    {
        foreach (var next in new[] { SessionStatus.Active, SessionStatus.Idle })
        {
            var life = Life.Begun();
            life.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Error, ErrorMessage = "no disk" });
            var told = life.Do(new ChangeStatus { SessionId = Life.Id, Status = next });
            Assert.Equal("null", Life.Json(told[1]).GetProperty("error_message").GetRawText());
            Assert.Null(life.View.ErrorMessage);
        }
    }

    [Fact]
    public void Waiting_after_an_error_keeps_the_message()
    {
        var life = Life.Begun();
        life.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Error, ErrorMessage = "no disk" });
        life.Reach(SessionStatus.Waiting);
        Assert.Equal("no disk", life.View.ErrorMessage);
    }

    [Fact]
    public void What_a_session_waits_for_is_set_exactly_while_it_waits()
    {
        foreach (var next in new[] { SessionStatus.Active, SessionStatus.Idle, SessionStatus.Error, SessionStatus.Terminating, SessionStatus.Terminated })
        {
            var life = Life.Begun();
            life.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting, WaitingText = "which?" });
            Assert.Equal((WaitingFor.Input, "which?", life.Now), (life.View.WaitingFor, life.View.WaitingText, life.View.WaitingSince));
            life.Reach(next);
            Assert.Equal((null, null, null), (life.View.WaitingFor, life.View.WaitingText, life.View.WaitingSince));
        }
    }

    [Fact]
    public void Another_question_while_waiting_is_told_without_a_transition_and_begins_its_own_time()
    {
        var life = Life.Begun();
        life.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting, WaitingFor = WaitingFor.Permission, WaitingText = "a?" });
        life.Pass(5);
        var told = Assert.Single(life.Do(
            new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting, WaitingFor = WaitingFor.Permission, WaitingText = "b?" }));
        Assert.Equal(["seq", "session_id", "time", "updated_at", "version", "waiting_since", "waiting_text"], Life.Keys(told));
        Assert.Equal(life.Now, life.View.WaitingSince);
    }

    [Fact]
    public void A_repeated_report_that_leaves_out_the_details_keeps_them_and_tells_nothing()
    {
        var waiting = Life.Begun();
        waiting.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting, WaitingFor = WaitingFor.Plan, WaitingText = "a?" });
        waiting.Pass(5);
        Assert.Empty(waiting.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting }));
        Assert.Empty(waiting.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting, WaitingFor = WaitingFor.Plan }));
        Assert.Equal((WaitingFor.Plan, "a?"), (waiting.View.WaitingFor, waiting.View.WaitingText));
        waiting.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting, WaitingFor = WaitingFor.Question });
        Assert.Equal((WaitingFor.Question, null), (waiting.View.WaitingFor, waiting.View.WaitingText));
        var failed = Life.Begun();
        failed.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Error, ErrorMessage = "no disk" });
        Assert.Empty(failed.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Error }));
        Assert.Equal("no disk", failed.View.ErrorMessage);
    }

    [Fact]
    public void Reports_may_be_repeated_and_then_tell_nothing()
    {
        var life = Life.Begun();
        Command[] reports =
        [
            new PauseSession { SessionId = Life.Id },
            new UpdateSession { SessionId = Life.Id, Name = "n", Metadata = Life.Parsed("""{"a":1}""") },
            new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting, WaitingText = "?" },
            new StartTask { SessionId = Life.Id, TaskId = "t" },
            new CompleteTask { SessionId = Life.Id, TaskId = "t" },
            new CreateSession { SessionId = Life.Id, Name = "other" },
        ];
        foreach (var report in reports)
        {
            life.Do(report);
            Assert.Empty(life.Do(report));
        }

        life.Reach(SessionStatus.Terminated);
        Assert.Empty(life.Do(new TerminateSession { SessionId = Life.Id, Reason = TerminationReason.Crashed, Error = "x" }));
    }

    [Fact]
    public void A_task_counts_once_whatever_is_repeated_and_in_which_order()
    {
        var life = Life.Begun();
        life.Do(new StartTask { SessionId = Life.Id, TaskId = "a" });
        life.Do(new StartTask { SessionId = Life.Id, TaskId = "b" });
        Assert.Empty(life.Do(new StartTask { SessionId = Life.Id, TaskId = "a" }));
        Assert.Equal(2, life.View.TasksRunning);
        life.Do(new CompleteTask { SessionId = Life.Id, TaskId = "a" });
        Assert.Empty(life.Do(new CompleteTask { SessionId = Life.Id, TaskId = "a" }));
        Assert.Empty(life.Do(new StartTask { SessionId = Life.Id, TaskId = "a" }));
        Assert.Equal(1, life.View.TasksRunning);
        life.Reach(SessionStatus.Terminated);
        Assert.Equal(0, life.View.TasksRunning);
    }

    [Fact]
    public void Orc_negative_task_count_a_completion_without_a_start_is_refused()
    {
        var life = Life.Begun();
        life.Refuses(new CompleteTask { SessionId = Life.Id, TaskId = "t" }, ErrorCodes.NotFound, "t");
        Assert.Equal(0, life.View.TasksRunning);
    }

    [Fact]
    public void A_session_has_at_most_so_many_running_tasks()
    {
        var life = Life.Begun();
        for (var i = 0; i < Core.Sessions.Session.MostTasks; i++)
        {
            life.Do(new StartTask { SessionId = Life.Id, TaskId = $"t{i}" });
        }

        life.Refuses(new StartTask { SessionId = Life.Id, TaskId = "one more" }, ErrorCodes.Conflict, "1000");
        life.Do(new CompleteTask { SessionId = Life.Id, TaskId = "t0" });
        Assert.Equal(2, life.Do(new StartTask { SessionId = Life.Id, TaskId = "one more" }).Count);
    }

    [Fact]
    public void An_ended_session_refuses_every_report()
    {
        var life = Life.Begun(SessionStatus.Terminated);
        Command[] reports =
        [
            new UpdateSession { SessionId = Life.Id, Name = "n" }, new StartTask { SessionId = Life.Id, TaskId = "t" },
            new CompleteTask { SessionId = Life.Id, TaskId = "t" }, new ReportUsage { SessionId = Life.Id, InputTokens = 1 },
            new PauseSession { SessionId = Life.Id }, new ResumeSession { SessionId = Life.Id }, new Heartbeat { SessionId = Life.Id },
            new AppendOutput { SessionId = Life.Id, Text = "x" }, new CompleteMessage { SessionId = Life.Id },
            new ReportMessageError { SessionId = Life.Id, Error = "x" }, new CreateSession { SessionId = Life.Id },
        ];
        Assert.All(reports, report => life.Refuses(report, ErrorCodes.Conflict, Life.Id, "ended"));
        Assert.All(Enum.GetValues<SessionStatus>().Where(status => status != SessionStatus.Terminated), status => life.Refuses(
            new ChangeStatus { SessionId = Life.Id, Status = status }, ErrorCodes.InvalidTransition, "terminated"));
    }

    [Fact]
    public void A_session_that_never_was_is_not_found() =>
        new Life().Refuses(new Heartbeat { SessionId = Life.Id }, ErrorCodes.NotFound, Life.Id);

    [Fact]
    public void A_resumed_session_begins_a_new_life_with_its_history()
    {
        var life = Life.Begun();
        life.Do(new UpdateSession { SessionId = Life.Id, Name = "kept" });
        life.Do(new ReportUsage { SessionId = Life.Id, InputTokens = 5, CostUsd = 0.5m });
        life.Do(new StartTask { SessionId = Life.Id, TaskId = "t" });
        life.Do(new PauseSession { SessionId = Life.Id });
        life.Do(new AppendOutput { SessionId = Life.Id, Text = "x" });
        life.Do(new TerminateSession { SessionId = Life.Id, Reason = TerminationReason.Crashed, Error = "gone" });
        var (version, usage) = (life.View.Version, life.View.Usage);
        life.Pass(60);
        Assert.Equal(["session_created", "session_updated", "session_status"], life.NamesOf(new CreateSession { SessionId = Life.Id, Revive = true }));
        var view = life.View;
        Assert.Equal((version + 3, "kept", usage, life.Now), (view.Version, view.Name, view.Usage, view.CreatedAt));
        Assert.Equal((SessionStatus.Active, SessionState.Working), (view.Status, view.State));
        Assert.Equal((0, false, null, null), (view.TasksRunning, view.IsPaused, view.ErrorMessage, view.EndedAt));
        Assert.Equal(1, ((StreamOutput)life.Do(new AppendOutput { SessionId = Life.Id, Text = "y" })[0]).Index);
        Assert.Equal(2, life.Do(new StartTask { SessionId = Life.Id, TaskId = "t" }).Count);
    }

    [Fact]
    public void A_new_life_in_another_project_inherits_nothing_of_what_the_old_one_was_about()
    {
        var life = Life.Begun();
        life.Do(new TerminateSession { SessionId = Life.Id });
        life.Do(Resumed("x") with { Name = "n", Agent = "codex", Host = "h", Cwd = "/w/x", Model = "m", Metadata = Life.Parsed("""{"secret":1}""") });
        life.Do(new ReportUsage { SessionId = Life.Id, InputTokens = 5 });
        life.Do(new TerminateSession { SessionId = Life.Id });
        var (version, usage) = (life.View.Version, life.View.Usage);

        var told = life.Do(Resumed("y") with { Metadata = Life.Parsed("""{"own":2}""") });

        Assert.All(
            [((SessionCreated)told[0]).Session, life.View],
            view => Assert.Equal(
                ("y", null, null, null, null, null, """{"own":2}""", usage),
                (view.Project, view.Name, view.Agent, view.Host, view.Cwd, view.Model, view.Metadata.Json, view.Usage)));
        Assert.Equal(version + 3, life.View.Version);
        Assert.All(["name", "agent", "host", "cwd", "model"], field => Assert.Equal("null", Life.Json(told[1]).GetProperty(field).GetRawText()));
        Assert.Equal("""{"own":2}""", Life.Json(told[1]).GetProperty("metadata").GetRawText());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("x")]
    public void A_new_life_in_the_same_project_inherits_what_it_does_not_say(string? project)
    {
        var life = Life.Begun();
        life.Do(new TerminateSession { SessionId = Life.Id });
        life.Do(Resumed("x") with { Name = "n", Agent = "codex", Host = "h", Cwd = "/w/folder", Model = "m", Metadata = Life.Parsed("""{"a":1}""") });
        var before = life.View;
        life.Do(new TerminateSession { SessionId = Life.Id });

        var told = life.Do(Resumed(project));

        Assert.Equal(
            (before.Project, before.Name, before.Agent, before.Host, before.Cwd, before.Model, before.Metadata),
            (life.View.Project, life.View.Name, life.View.Agent, life.View.Host, life.View.Cwd, life.View.Model, life.View.Metadata));
        Assert.False(Life.Json(told[1]).TryGetProperty("name", out _));
    }

    [Fact]
    public void Being_marked_stale_is_not_being_heard_and_whatever_is_heard_ends_it()
    {
        var life = Life.Begun();
        var heard = life.Now;
        life.Pass(300);
        var told = Assert.Single(life.Do(new MarkStale { SessionId = Life.Id }));
        Assert.Equal(["seq", "session_id", "stale", "time", "updated_at", "version"], Life.Keys(told));
        Assert.Equal((true, heard, SessionStatus.Active), (life.View.Stale, life.View.LastSeenAt, life.View.Status));
        told = Assert.Single(life.Do(new Heartbeat { SessionId = Life.Id }));
        Assert.Equal("false", Life.Json(told).GetProperty("stale").GetRawText());
        Assert.Equal(life.Now, life.View.LastSeenAt);
    }

    [Fact]
    public void Only_an_active_session_becomes_stale() =>
        Assert.All(
            Enum.GetValues<SessionStatus>().Where(status => status is not (SessionStatus.Active or SessionStatus.Terminated)),
            status => Assert.Empty(Life.Begun(status).Do(new MarkStale { SessionId = Life.Id })));

    private static CreateSession Resumed(string? project) => new() { SessionId = Life.Id, Project = project, Revive = true };
}

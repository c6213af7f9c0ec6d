using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Sessions;

public sealed class WireFieldsTests
{
    [Fact]
    public void A_creation_tells_the_whole_view_still_initializing_and_then_the_status()
    {
        var life = new Life();
        var told = life.Do(new CreateSession { SessionId = Life.Id, Cwd = "/home/ada/rollcall/", Metadata = Life.Parsed("""{"a":1}""") });
        Assert.Equal(["session_created", "session_status"], told.Select(e => e.EventName));
        Assert.Equal(["metadata", "seq", "session", "session_id", "time"], Life.Keys(told[0]));
        Assert.Equal(
            [
                "agent", "created_at", "cwd", "ended_at", "error_message", "host", "id", "is_paused", "last_seen_at", "metadata", "model",
                "name", "project", "seq", "stale", "state", "status", "tasks_running", "updated_at", "usage", "version", "waiting_for",
                "waiting_since", "waiting_text",
            ],
            Life.Json(told[0]).GetProperty("session").EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));
        var view = ((SessionCreated)told[0]).Session;
        Assert.Equal((SessionStatus.Initializing, SessionState.Idle, 1L, 1L), (view.Status, view.State, view.Version, view.Seq));
        Assert.Equal("rollcall", view.Project);
        Assert.Equal("""{"a":1}""", Life.Json(told[0]).GetProperty("metadata").GetRawText());
        Assert.Equal((SessionStatus.Initializing, SessionStatus.Active), Change(told[1]));
    }

    [Theory]
    [InlineData(null, SessionStatus.Active)]
    [InlineData(SessionStatus.Active, SessionStatus.Active)]
    [InlineData(SessionStatus.Idle, SessionStatus.Idle)]
    public void A_creation_leads_to_active_or_idle(SessionStatus? asked, SessionStatus status)
    {
        var life = new Life();
        life.Do(new CreateSession { SessionId = Life.Id, Status = asked });
        Assert.Equal(status, life.View.Status);
    }

    [Fact]
    public void A_status_has_exactly_its_fields_and_the_error_only_when_it_failed()
    {
        var life = Life.Begun();
        var idle = life.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Idle })[0];
        Assert.Equal(["previous_status", "seq", "session_id", "status", "time", "updated_at"], Life.Keys(idle));
        var failed = life.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Error, ErrorMessage = "no disk" })[0];
        Assert.Equal(["error", "previous_status", "seq", "session_id", "status", "time", "updated_at"], Life.Keys(failed));
        Assert.Equal("no disk", Life.Json(failed).GetProperty("error").GetString());
    }

    [Fact]
    public void An_update_has_only_the_changed_fields_beside_its_own()
    {
        var life = Life.Begun();
        var renamed = life.Do(new UpdateSession { SessionId = Life.Id, Name = "new", Model = new Optional<string?>(null) })[0];
        Assert.Equal(["name", "seq", "session_id", "time", "updated_at", "version"], Life.Keys(renamed));
        var cleared = life.Do(new UpdateSession { SessionId = Life.Id, Name = new Optional<string?>(null) })[0];
        Assert.Equal(["name", "seq", "session_id", "time", "updated_at", "version"], Life.Keys(cleared));
        Assert.Equal("null", Life.Json(cleared).GetProperty("name").GetRawText());
        Assert.Equal(life.View.Version, Life.Json(cleared).GetProperty("version").GetInt64());
    }

    [Fact]
    public void A_change_of_status_is_also_told_as_the_fields_it_changed()
    {
        var life = Life.Begun();
        var asked = new ChangeStatus
        {
            SessionId = Life.Id, Status = SessionStatus.Waiting, WaitingFor = WaitingFor.Permission, WaitingText = "rm -rf?",
        };
        Assert.Equal(
            ["seq", "session_id", "status", "time", "updated_at", "version", "waiting_for", "waiting_since", "waiting_text"],
            Life.Keys(life.Do(asked)[1]));
        var answered = life.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Idle })[1];
        Assert.Equal(
            ["seq", "session_id", "state", "status", "time", "updated_at", "version", "waiting_for", "waiting_since", "waiting_text"],
            Life.Keys(answered));
        Assert.Equal("null", Life.Json(answered).GetProperty("waiting_for").GetRawText());
    }

    [Fact]
    public void A_task_has_exactly_its_fields()
    {
        var life = Life.Begun();
        var named = life.Do(new StartTask { SessionId = Life.Id, TaskId = "t1", Name = "build" });
        Assert.Equal(["name", "seq", "session_id", "task_id", "time"], Life.Keys(named[0]));
        Assert.Equal(["seq", "session_id", "tasks_running", "time", "updated_at", "version"], Life.Keys(named[1]));
        Assert.Equal(["seq", "session_id", "task_id", "time"], Life.Keys(life.Do(new StartTask { SessionId = Life.Id, TaskId = "t2" })[0]));
        life.Pass(90);
        var done = life.Do(new CompleteTask { SessionId = Life.Id, TaskId = "t1", Outcome = TaskOutcome.Cancelled })[0];
        Assert.Equal(["duration_seconds", "name", "outcome", "seq", "session_id", "task_id", "time"], Life.Keys(done));
        Assert.Equal(("cancelled", 90), (Life.Json(done).GetProperty("outcome").GetString(), Life.Json(done).GetProperty("duration_seconds").GetDouble()));
    }

    [Fact]
    public void Output_and_messages_have_exactly_their_fields()
    {
        var life = Life.Begun();
        var first = life.Do(new AppendOutput { SessionId = Life.Id, Text = "a" })[0];
        var second = life.Do(new AppendOutput { SessionId = Life.Id, Text = "b", Stream = OutputStream.Tool })[0];
        Assert.Equal(["index", "seq", "session_id", "stream", "text", "time"], Life.Keys(first));
        Assert.Equal((0, "stdout"), (Life.Json(first).GetProperty("index").GetInt64(), Life.Json(first).GetProperty("stream").GetString()));
        Assert.Equal((1, "tool"), (Life.Json(second).GetProperty("index").GetInt64(), Life.Json(second).GetProperty("stream").GetString()));
        Assert.Equal(["cancelled", "seq", "session_id", "time"], Life.Keys(life.Do(new CompleteMessage { SessionId = Life.Id })[0]));
        Assert.Equal(
            ["code", "error", "seq", "session_id", "time"],
            Life.Keys(life.Do(new ReportMessageError { SessionId = Life.Id, Error = "x" })[0]));
    }

    [Fact]
    public void An_end_is_two_transitions_and_its_reason()
    {
        var told = Life.Begun().Do(new TerminateSession { SessionId = Life.Id, Reason = TerminationReason.Completed });
        Assert.Equal(["session_status", "session_status", "session_terminated"], told.Select(e => e.EventName));
        Assert.Equal((SessionStatus.Active, SessionStatus.Terminating), Change(told[0]));
        Assert.Equal((SessionStatus.Terminating, SessionStatus.Terminated), Change(told[1]));
        Assert.Equal(["reason", "seq", "session_id", "time"], Life.Keys(told[2]));
        Assert.Equal("completed", Life.Json(told[2]).GetProperty("reason").GetString());
    }

    [Fact]
    public void Jido_crash_was_forbidden_by_the_table_a_crash_is_two_legal_transitions_with_the_error_from_every_live_status()
    {
        foreach (var status in Enum.GetValues<SessionStatus>().Where(status => status != SessionStatus.Terminated))
        {
            var life = Life.Begun(status);
            var told = life.Do(new TerminateSession { SessionId = Life.Id, Reason = TerminationReason.Crashed, Error = "gone" });
            Assert.Equal(status == SessionStatus.Terminating ? 2 : 3, told.Count);
            Assert.All(told, e => Assert.Equal("gone", Life.Json(e).GetProperty("error").GetString()));
            Assert.Equal(["error", "reason", "seq", "session_id", "time"], Life.Keys(told[^1]));
            Assert.Equal("crashed", Life.Json(told[^1]).GetProperty("reason").GetString());
            Assert.Equal((SessionStatus.Terminated, SessionState.Error, "gone"), (life.View.Status, life.View.State, life.View.ErrorMessage));
            Assert.NotNull(life.View.EndedAt);
        }
    }

    [Fact]
    public void A_failed_start_ends_at_once_and_says_why()
    {
        var life = Life.Begun(SessionStatus.Initializing);
        var told = life.Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Terminated, ErrorMessage = "no model" });
        Assert.Equal(["session_status", "session_terminated"], told.Select(e => e.EventName));
        Assert.Equal("no model", Life.Json(told[0]).GetProperty("error").GetString());
        Assert.Equal((SessionState.Error, "no model"), (life.View.State, life.View.ErrorMessage));
    }

    [Fact]
    public void Kato_times_were_local_and_without_a_zone_every_time_is_utc_with_Z() =>
        Assert.All(
            Life.Begun().Do(new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting }),
            told => Assert.EndsWith("Z", Life.Json(told).GetProperty("updated_at").GetString(), StringComparison.Ordinal));

    private static (SessionStatus From, SessionStatus To) Change(SessionEvent told) =>
        (((SessionStatusChanged)told).PreviousStatus, ((SessionStatusChanged)told).Status);
}

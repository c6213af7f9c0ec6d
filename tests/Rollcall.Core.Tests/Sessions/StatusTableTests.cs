using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Sessions;

public sealed class StatusTableTests
{
    private const string Page = "docs/session-lifecycle.md";

    public static TheoryData<SessionStatus, SessionStatus, string> Cells()
    {
        var table = Repository.Table(Page, "from \\ to");
        var cells = new TheoryData<SessionStatus, SessionStatus, string>();
        foreach (var row in table.Skip(1))
        {
            for (var column = 1; column < row.Length; column++)
            {
                Assert.True(WireName<SessionStatus>.TryParse(row[0], out var from));
                Assert.True(WireName<SessionStatus>.TryParse(table[0][column], out var to));
                cells.Add(from, to, row[column]);
            }
        }

        return cells;
    }

    [Fact]
    public void The_documented_table_has_every_status_as_row_and_column()
    {
        Assert.Equal(7 * 7, Cells().Count);
        Assert.Equal(WireName<SessionStatus>.All, Repository.Table(Page, "status").Skip(1).Select(row => row[0].Trim('`')));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_change_of_status_goes_as_the_documented_table_says(SessionStatus from, SessionStatus to, string cell)
    {
        var life = Life.Begun(from);
        var (before, told) = (life.Session, life.Told.Count);
        var command = new ChangeStatus { SessionId = Life.Id, Status = to };
        Assert.Equal(cell == "✓", StatusTable.Allows(from, to));
        if (cell == "")
        {
            life.Refuses(command, ErrorCodes.InvalidTransition, WireName<SessionStatus>.Of(from), WireName<SessionStatus>.Of(to));
            Assert.Same(before, life.Session);
            Assert.Equal(told, life.Told.Count);
            return;
        }

        var events = life.Do(command);
        Assert.Equal(to, life.View.Status);
        Assert.Equal(cell == "✓" ? 1 : 0, events.OfType<SessionStatusChanged>().Count());
        Assert.All(events.OfType<SessionStatusChanged>(), e => Assert.Equal((from, to), (e.PreviousStatus, e.Status)));
        Assert.Equal(cell == "=", events.Count == 0);
    }

    [Theory]
    [InlineData(SessionStatus.Initializing, false, SessionState.Idle)]
    [InlineData(SessionStatus.Active, false, SessionState.Working)]
    [InlineData(SessionStatus.Idle, false, SessionState.Idle)]
    [InlineData(SessionStatus.Waiting, false, SessionState.Working)]
    [InlineData(SessionStatus.Error, false, SessionState.Error)]
    [InlineData(SessionStatus.Terminating, false, SessionState.Idle)]
    [InlineData(SessionStatus.Terminating, true, SessionState.Idle)]
    [InlineData(SessionStatus.Terminated, false, SessionState.Idle)]
    [InlineData(SessionStatus.Terminated, true, SessionState.Error)]
    public void The_three_valued_state_follows_the_status(SessionStatus status, bool crashed, SessionState state) =>
        Assert.Equal(state, StatusTable.StateOf(status, crashed));

    [Fact]
    public void Each_documented_command_tells_the_documented_events()
    {
        foreach (var row in Repository.Table(Page, "command").Skip(1))
        {
            var command = Example(row[0].Trim('`'));
            var life = command is CreateSession ? new Life() : Life.Begun();
            if (command is CompleteTask)
            {
                life.Do(new StartTask { SessionId = Life.Id, TaskId = "t" });
            }
            else if (command is ResumeSession)
            {
                life.Do(new PauseSession { SessionId = Life.Id });
            }

            var documented = row[1].Split(';')[0].Split('`').Where((_, i) => i % 2 == 1);
            Assert.Equal(documented, life.NamesOf(command));
        }
    }

    [Fact]
    public void Another_life_tells_the_documented_events()
    {
        var row = Repository.Table(Page, "command").Single(row => row[0] == "`create`");
        Assert.Equal(
            row[1].Split(';')[1].Split('`').Where((_, i) => i % 2 == 1),
            Life.Begun(SessionStatus.Terminated).NamesOf(new CreateSession { SessionId = Life.Id, Revive = true }));
    }

    private static Command Example(string type) => type switch
    {
        "create" => new CreateSession { SessionId = Life.Id },
        "status" => new ChangeStatus { SessionId = Life.Id, Status = SessionStatus.Waiting },
        "update" => new UpdateSession { SessionId = Life.Id, Name = "new" },
        "start_task" => new StartTask { SessionId = Life.Id, TaskId = "t" },
        "complete_task" => new CompleteTask { SessionId = Life.Id, TaskId = "t" },
        "usage" => new ReportUsage { SessionId = Life.Id, InputTokens = 1 },
        "pause" => new PauseSession { SessionId = Life.Id },
        "resume" => new ResumeSession { SessionId = Life.Id },
        "output" => new AppendOutput { SessionId = Life.Id, Text = "x" },
        "message_complete" => new CompleteMessage { SessionId = Life.Id },
        "error" => new ReportMessageError { SessionId = Life.Id, Error = "x" },
        "heartbeat" => new Heartbeat { SessionId = Life.Id },
        "terminate" => new TerminateSession { SessionId = Life.Id },
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "documented, but no example"),
    };
}

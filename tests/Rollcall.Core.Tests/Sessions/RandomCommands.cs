using FsCheck;
using FsCheck.Fluent;
using Rollcall.Protocol;

namespace Rollcall.Core.Tests.Sessions;

/// <summary>Random commands for a few sessions, many of them repeated, illegal or late.</summary>
internal static class RandomCommands
{
    private static readonly Gen<string> Ids = Gen.Elements("a", "b", "c");
    private static readonly Gen<string?> Texts = Gen.Elements<string?>(null, "", "x", "a longer text with \"quotes\"", "漢字 🙂 \u0001", "cut \ud83d");
    private static readonly Gen<string> Tasks = Gen.Elements("t1", "t2", "t3");
    private static readonly Gen<long?> Counts = Gen.Elements<long?>(null, 0, 1, 1234, -1);

    private static readonly Gen<Command> Any = Gen.OneOf(
        from id in Ids from name in Texts from revive in Gen.Elements(true, false) from cwd in Gen.Elements(null, "/w/p1", "/w/p2/")
        select (Command)new CreateSession { SessionId = id, Name = name, Revive = revive, Cwd = cwd },
        Status(),
        Status(),
        from id in Ids from name in Texts from patch in Gen.Elements("{}", """{"k":1}""", """{"k":null,"l":{"m":[1]}}""", "null", "[]")
        select (Command)new UpdateSession { SessionId = id, Name = new Optional<string?>(name), Metadata = Life.Parsed(patch) },
        from id in Ids from task in Tasks select (Command)new StartTask { SessionId = id, TaskId = task },
        from id in Ids from task in Tasks from outcome in Gen.Elements<TaskOutcome?>(null, TaskOutcome.Failed)
        select (Command)new CompleteTask { SessionId = id, TaskId = task, Outcome = outcome },
        from id in Ids from input in Counts from cost in Gen.Elements<decimal?>(null, 0m, 0.000001m, 1.5m)
        from request in Gen.Elements(null, "r1", "r2")
        select (Command)new ReportUsage { SessionId = id, InputTokens = input, CostUsd = cost, RequestId = request },
        from id in Ids
        from command in Gen.Elements<Command>(
            new PauseSession(), new ResumeSession(), new AppendOutput { Text = "line" }, new CompleteMessage { Usage = new Usage { InputTokens = 3 } },
            new ReportMessageError { Error = "x" }, new Heartbeat(), new MarkStale(), new TerminateSession(),
            new TerminateSession { Reason = TerminationReason.Crashed, Error = "gone" },
            new TerminateSession { Reason = TerminationReason.Completed, Error = "odd" })
        select command with { SessionId = id });

    /// <summary>Commands, and how many seconds pass before each.</summary>
    public static Arbitrary<(Command Command, int Seconds)[]> Sequences { get; } = Arb.From(
        from steps in (from command in Any from seconds in Gen.Elements(0, 0, 1, 400) select (command, seconds)).ListOf()
        select steps.ToArray());

    private static Gen<Command> Status() =>
        from id in Ids
        from status in Gen.Elements(Enum.GetValues<SessionStatus>())
        from text in Texts
        from what in Gen.Elements<WaitingFor?>(null, WaitingFor.Plan)
        select (Command)new ChangeStatus
        {
            SessionId = id, Status = status, WaitingFor = status == SessionStatus.Waiting ? what : null,
            ErrorMessage = status is SessionStatus.Error or SessionStatus.Terminated ? text : null,
            WaitingText = status == SessionStatus.Waiting ? text : null,
        };
}

using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Faults;

/// <summary>Random commands for a few sessions that come and go, and one that stays; now and then a burst.</summary>
internal sealed class Script(Random random)
{
    /// <summary>The session that stays.</summary>
    public const string Staying = "a";

    public const string Project = "shop";

    /// <summary>As a burst more than a connection may lag behind (256 KiB) and the kernel takes off it.</summary>
    private const int BurstEvents = 45;

    private const int BigText = 12_000;

    private readonly List<string> _live = [Staying];
    private int _made;

    public static IReadOnlyList<Command> First => [new CreateSession { SessionId = Staying, Project = Project, Status = SessionStatus.Idle }];

    /// <summary>The commands of one request; what is not allowed as the session is now is refused, each for itself.</summary>
    public IReadOnlyList<Command> Next() => random.Next(8) switch
    {
        0 => [.. Enumerable.Range(0, BurstEvents).Select(turn => Big(random.Next(4) == 0 ? Any() : Staying, turn))],
        1 => [.. Enumerable.Range(0, 7).Select(_ => new AppendOutput { SessionId = Staying, Text = new string('o', 4 * BigText) })],
        _ => [.. Enumerable.Range(0, random.Next(1, 15)).Select(_ => Small())],
    };

    private Command Small() => random.Next(13) switch
    {
        0 => Create(),
        1 => End(),
        2 or 3 => new ChangeStatus { SessionId = Any(), Status = random.Next(2) == 0 ? SessionStatus.Active : SessionStatus.Idle },
        4 => new ChangeStatus { SessionId = Any(), Status = SessionStatus.Waiting, WaitingText = "really? \"漢字\" 🙂" },
        5 => new ChangeStatus { SessionId = Any(), Status = SessionStatus.Error, ErrorMessage = "it broke" },
        6 => new StartTask { SessionId = Any(), TaskId = Task(), Name = "a task" },
        7 => new CompleteTask { SessionId = Any(), TaskId = Task() },
        8 => new ReportUsage { SessionId = Any(), InputTokens = random.Next(1000), OutputTokens = 7, CostUsd = 0.000001m * random.Next(100) },
        9 => random.Next(2) == 0 ? new PauseSession { SessionId = Any() } : new ResumeSession { SessionId = Any() },
        10 => new AppendOutput { SessionId = Any(), Text = $"line {random.Next()}" },
        11 => random.Next(2) == 0 ? new CompleteMessage { SessionId = Any() } : new ReportMessageError { SessionId = Any(), Error = "no answer" },
        _ => new UpdateSession { SessionId = Any(), Name = $"name {random.Next()}" },
    };

    private CreateSession Create()
    {
        var id = $"s{++_made}";
        _live.Add(id);
        return new CreateSession { SessionId = id, Project = random.Next(2) == 0 ? Project : "lab", Name = "漢字 <&> \u0001" };
    }

    private TerminateSession End()
    {
        var id = _live[random.Next(_live.Count)];
        if (id == Staying)
        {
            return new TerminateSession { SessionId = "nobody" };
        }

        _live.Remove(id);
        return random.Next(2) == 0
            ? new TerminateSession { SessionId = id }
            : new TerminateSession { SessionId = id, Reason = TerminationReason.Crashed, Error = "gone" };
    }

    private static UpdateSession Big(string id, int turn) => new()
    {
        SessionId = id,
        Metadata = JsonElement.Parse($$"""{"turn":{{turn}},"pad":"{{new string('x', BigText)}}"}"""),
    };

    private string Any() => random.Next(2) == 0 ? Staying : _live[random.Next(_live.Count)];

    private string Task() => $"t{random.Next(6)}";
}

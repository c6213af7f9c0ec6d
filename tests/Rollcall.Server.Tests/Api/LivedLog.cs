using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Core.Tests.Hub;
using Rollcall.Core.Tests.Log;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Tests.Api;

/// <summary>A random life of a fleet in a real log, noted as it happened.</summary>
public sealed class LivedLog : IAsyncDisposable
{
    /// <summary>How long nobody works before a work period is over.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromMinutes(5);

    private readonly Random _random = new(20260301);
    private readonly Dictionary<long, (DateTimeOffset Time, WorkPeriod Period, SessionView[] Live)> _was = [];
    private readonly Dictionary<string, Session> _sessions = [];
    private WorkPeriod _period = WorkPeriod.Begin(LogFixture.Start);

    public LogFixture Fixture { get; } = new();

    public SqliteLog Log => Fixture.Log;

    public FixedTime Clock => Fixture.Clock;

    /// <summary>What was after each event.</summary>
    public IReadOnlyDictionary<long, (DateTimeOffset Time, WorkPeriod Period, SessionView[] Live)> Was => _was;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => Fixture.DisposeAsync();

    public IEnumerable<long> RandomMoments(int count) => Enumerable.Range(0, count).Select(_ => _random.NextInt64(1, Log.Head + 1));

    /// <summary>Holds a moment against what was; it may be refused only where retention has removed something.</summary>
    public async Task Agrees(Past past, long seq, bool withPeriod = true)
    {
        var prunedBefore = Log.PrunedTo;
        var then = await past.At(seq, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);
        if (then is null)
        {
            Assert.True(seq < Log.PrunedTo);
            return;
        }

        Assert.True(seq >= prunedBefore);
        var (time, period, live) = _was[seq];
        Assert.Equal((seq, Log.Epoch), (then.Seq, then.Epoch));
        Assert.Equal(live.Select(Text), then.Sessions.Select(Text));
        Assert.Equal(live.Length, then.ByStatus.Values.Sum());
        Assert.Equal(live.Sum(session => session.TasksRunning), then.Fleet.TasksRunning);
        if (withPeriod)
        {
            Assert.Equal(time, then.Time);
            Assert.Equal(FleetAnswer.Of(period.At(time, Gap), seq, Log.Epoch) with { TasksRunning = then.Fleet.TasksRunning }, then.Fleet);
        }
    }

    private static string Text(SessionView view) => System.Text.Json.JsonSerializer.Serialize(view, ProtocolJson.Default.SessionView);

    /// <summary>About so many events, a few to a batch, and what the fleet was after each.</summary>
    public async Task Live(int events)
    {
        var until = Log.Head + events;
        while (Log.Head < until)
        {
            Clock.Now += _random.Next(40) == 0 ? TimeSpan.FromMinutes(6) : TimeSpan.FromSeconds(_random.Next(4));
            var batch = await Fixture.Do([.. Enumerable.Range(0, 20).Select(_ => Command()).DistinctBy(command => command.SessionId)]);
            foreach (var entry in batch.Entries)
            {
                Note(entry);
            }
        }
    }

    private void Note(LogEntry entry)
    {
        var happened = (SessionEvent)EventNames.Parse(entry.Event, entry.Payload)!;
        var before = _sessions.GetValueOrDefault(happened.SessionId);
        var after = SessionFold.Apply(before, happened);
        _sessions[happened.SessionId] = after;
        _period = _period.Apply(before, after, happened, Gap);
        _was[entry.Seq] = (entry.Time, _period, [.. _sessions.Values.Select(session => session.View).Where(view => view.IsLive)
            .OrderBy(view => view.CreatedAt).ThenBy(view => view.Id, StringComparer.Ordinal)]);
    }

    private Command Command()
    {
        // New ones come, and of those before some have ended and some live on.
        var id = $"s{(_was.Count / 30) + _random.Next(60)}";
        if (!_sessions.TryGetValue(id, out var session) || !session.View.IsLive)
        {
            return new CreateSession { SessionId = id, Project = $"p{_random.Next(3)}", Revive = true };
        }

        return _random.Next(12) switch
        {
            0 or 1 => new TerminateSession { SessionId = id },
            2 when session.Tasks.FirstOrDefault().Key is { } task => new CompleteTask { SessionId = id, TaskId = task },
            2 or 3 => new StartTask { SessionId = id, TaskId = $"t{_random.Next(9)}" },
            4 or 5 => new ReportUsage { SessionId = id, InputTokens = _random.Next(1, 900), OutputTokens = _random.Next(90), CostUsd = 0.01m * _random.Next(9) },
            6 => new AppendOutput { SessionId = id, Text = "line" },
            7 => new PauseSession { SessionId = id },
            8 => new ResumeSession { SessionId = id },
            _ when session.View.Status == SessionStatus.Active => new ChangeStatus { SessionId = id, Status = SessionStatus.Idle },
            _ => new ChangeStatus { SessionId = id, Status = SessionStatus.Active },
        };
    }
}

using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Core.Tests.Hub;
using Rollcall.Core.Tests.Log;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Tests.Api;

/// <summary>The fleet as it was, held against what it was: a random life of a fleet in a real log, noted as it happened.</summary>
public sealed class PastTests : IAsyncDisposable
{
    private static readonly TimeSpan Gap = TimeSpan.FromMinutes(5);

    private readonly LogFixture _log = new();
    private readonly Random _random = new(20260301);
    private readonly Dictionary<long, (DateTimeOffset Time, WorkPeriod Period, SessionView[] Live)> _was = [];
    private readonly Dictionary<string, Session> _sessions = [];
    private WorkPeriod _period = WorkPeriod.Begin(LogFixture.Start);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    [Theory]
    [InlineData(long.MaxValue, 40)]
    [InlineData(4_000, 40)]
    [InlineData(0, 40)]
    public async Task Whatever_is_remembered_it_is_what_it_was(long mostBytes, long stretch)
    {
        await Live(1_500);
        var moments = new Moments(mostBytes, stretch);
        using var past = new Past(_log.Log, Gap, moments, page: 16);

        foreach (var seq in RandomMoments(300))
        {
            await Agrees(past, seq);
        }

        Assert.True(moments.Bytes <= mostBytes);
    }

    [Fact]
    public async Task A_time_is_the_last_event_until_then()
    {
        await Live(600);
        using var past = new Past(_log.Log, Gap, new Moments(long.MaxValue, 40), page: 16);
        foreach (var seq in RandomMoments(100))
        {
            var time = _was[seq].Time;
            var last = _was.Where(each => each.Value.Time == time).Max(each => each.Key);
            var then = await past.At(long.MaxValue, time, 0, int.MaxValue, Cancel);
            Assert.Equal(last, then!.Seq);
            Assert.Equal(_was[last].Live, then.Sessions);
        }
    }

    [Fact]
    public async Task Going_back_and_forth_folds_no_more_than_a_stretch_each_time()
    {
        await Live(3_000);
        using var past = new Past(_log.Log, Gap, new Moments(long.MaxValue, 200), page: 50);
        await past.At(_log.Log.Head, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);
        Assert.Equal(_log.Log.Head, past.Folded);
        foreach (var seq in RandomMoments(50))
        {
            var before = past.Folded;
            await past.At(seq, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);
            // The moment of a stretch is the first that a page ends with.
            Assert.InRange(past.Folded - before, 0, 2 * (200 + 50));
            var again = past.Folded;
            await past.At(seq, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);
            Assert.Equal(again, past.Folded);
        }
    }

    [Fact]
    public async Task Sessions_come_in_pages_that_make_the_whole()
    {
        await Live(400);
        using var past = new Past(_log.Log, Gap, new Moments(long.MaxValue, 40), page: 16);
        var seq = _log.Log.Head;
        var pages = new List<SessionView>();
        for (var skip = 0; skip < _was[seq].Live.Length; skip += 3)
        {
            pages.AddRange((await past.At(seq, DateTimeOffset.MaxValue, skip, 3, Cancel))!.Sessions);
        }

        Assert.Equal(_was[seq].Live, pages);
    }

    [Fact]
    public async Task What_retention_removes_is_refused_and_what_came_after_it_is_still_what_it_was()
    {
        using var past = new Past(_log.Log, Gap, new Moments(long.MaxValue, 40), page: 16);
        for (var turn = 0; turn < 6; turn++)
        {
            await Live(400);
            foreach (var seq in RandomMoments(20))
            {
                await Agrees(past, seq, withPeriod: turn == 0);
            }

            await _log.Log.Prune(new Retention(TimeSpan.FromMinutes(2), TimeSpan.MaxValue, long.MaxValue), _log.Clock.Now, Cancel);
            using var fresh = new Past(_log.Log, Gap, new Moments(0, 40), page: 16);
            foreach (var seq in RandomMoments(40))
            {
                await Agrees(past, seq, withPeriod: false);
                await Agrees(fresh, seq, withPeriod: false);
            }
        }

        Assert.True(_log.Log.PrunedTo > 400);
    }

    [Fact]
    public async Task Where_retention_removed_output_every_moment_is_what_it_was_or_refused()
    {
        await Live(800);
        var horizon = _log.Clock.Now;
        await Live(400);
        await _log.Log.Prune(new Retention(TimeSpan.MaxValue, _log.Clock.Now - horizon, long.MaxValue), _log.Clock.Now, Cancel);
        Assert.True(_log.Log.OutputPrunedTo > 700);
        using var past = new Past(_log.Log, Gap, new Moments(long.MaxValue, 40), page: 16);
        var answered = 0;
        foreach (var seq in RandomMoments(300).Append(_log.Log.Head))
        {
            if (await past.At(seq, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel) is { } then)
            {
                var live = _was[seq].Live.ToDictionary(view => view.Id, view => (view.Version, view.Seq, view.Status));
                Assert.Equal(live, then.Sessions.ToDictionary(view => view.Id, view => (view.Version, view.Seq, view.Status)));
                answered++;
            }
        }

        Assert.InRange(answered, 50, 299);
    }

    [Theory]
    [InlineData(2, 2L)]
    [InlineData(3, null)]
    [InlineData(4, null)]
    [InlineData(5, 5L)]
    [InlineData(6, 5L)]
    [InlineData(8, null)]
    [InlineData(9, 7L)]
    public async Task A_moment_is_refused_only_where_removed_output_was_the_last_of_a_session_that_went_on(long seq, long? version)
    {
        await _log.Create("a");
        await _log.Say("a", "one");
        await _log.Say("a", "two");
        await _log.Do(new PauseSession { SessionId = "a" });
        await _log.Create("b");
        await _log.Say("a", "three");
        await _log.Say("a", "four");
        await _log.Log.Prune(new Retention(TimeSpan.MaxValue, TimeSpan.Zero, long.MaxValue), _log.Clock.Now.AddMinutes(1), Cancel);
        using var past = new Past(_log.Log, Gap, new Moments(long.MaxValue, 40), page: 16);

        var then = await past.At(seq, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);

        Assert.Equal(version, then?.Sessions.Single(session => session.Id == "a").Version);
    }

    [Fact]
    public async Task While_retention_removes_nobody_is_told_of_sessions_that_had_ended()
    {
        await Live(2_500);
        using var past = new Past(_log.Log, Gap, new Moments(long.MaxValue, 100), page: 8);
        var pruning = Task.Run(async () =>
        {
            for (var age = TimeSpan.FromMinutes(30); age > TimeSpan.Zero; age -= TimeSpan.FromSeconds(30))
            {
                await _log.Log.Prune(new Retention(age, TimeSpan.MaxValue, long.MaxValue), _log.Clock.Now, Cancel);
            }
        }, Cancel);
        do
        {
            foreach (var seq in RandomMoments(10))
            {
                await Agrees(past, seq, withPeriod: false);
            }
        }
        while (!pruning.IsCompleted);
        await pruning;
        Assert.True(_log.Log.PrunedTo > 1_000);
    }

    [Fact]
    public async Task Large_output_is_read_by_and_by()
    {
        const int Mebibytes = 4;
        await _log.Create("a");
        await _log.Do([.. Enumerable.Repeat(new AppendOutput { SessionId = "a", Text = new string('x', 32 * 1024) }, Mebibytes * 32)]);
        await _log.Do(new ChangeStatus { SessionId = "a", Status = SessionStatus.Idle });
        var reads = 0;
        using var past = new Past(new FaultyLog(_log.Log) { AfterRead = () => Task.FromResult(reads++) }, Gap, new Moments(long.MaxValue, 40), page: 2_000);

        var then = await past.At(_log.Log.Head, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);

        Assert.InRange(reads, Mebibytes, 2 * Mebibytes);
        Assert.Equal(SessionStatus.Idle, Assert.Single(then!.Sessions).Status);
    }

    [Fact]
    public async Task What_only_a_newer_hub_knows_counts_in_a_sessions_version_as_it_does_in_the_live_view()
    {
        await _log.Create("a");
        var before = _log["a"];
        var entry = new LogEntry(_log.Log.Head + 1, _log.Clock.Now, "session_pondered", "a", null, before.View.Version + 1, """{"session_id":"a"}"""u8.ToArray());
        var after = entry.After(before)!;
        await _log.Log.Append(LogFixture.Batch([entry], after), Cancel);
        using var past = new Past(_log.Log, Gap, new Moments(long.MaxValue, 40), page: 16);

        var then = await past.At(entry.Seq, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);

        Assert.Equal((await _log.Log.Find("a", Cancel))!.View, Assert.Single(then!.Sessions));
        Assert.Equal((entry.Seq, entry.Version), (then.Sessions[0].Seq, then.Sessions[0].Version));
    }

    [Fact]
    public async Task A_work_period_begins_after_the_gap_also_when_the_clock_was_put_back()
    {
        await _log.Create("a");
        await _log.Do(new StartTask { SessionId = "a", TaskId = "t1" }, new ReportUsage { SessionId = "a", InputTokens = 5 });
        await _log.Do(new CompleteTask { SessionId = "a", TaskId = "t1", Outcome = TaskOutcome.Completed });
        _log.Clock.Now -= TimeSpan.FromHours(5);
        await _log.Say("a", "line");
        _log.Clock.Now += Gap;
        await _log.Do(new StartTask { SessionId = "a", TaskId = "t2" });
        using var past = new Past(_log.Log, Gap, new Moments(long.MaxValue, 40), page: 16);

        var then = await past.At(_log.Log.Head, _log.Clock.Now + TimeSpan.FromHours(9), 0, int.MaxValue, Cancel);

        Assert.Equal((9 * 3600, 0), (then!.Fleet.DurationSeconds, then.Fleet.InputTokens));
    }

    private IEnumerable<long> RandomMoments(int count) => Enumerable.Range(0, count).Select(_ => _random.NextInt64(1, _log.Log.Head + 1));

    private async Task Agrees(Past past, long seq, bool withPeriod = true)
    {
        var prunedBefore = _log.Log.PrunedTo;
        var then = await past.At(seq, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);
        if (then is null)
        {
            Assert.True(seq < _log.Log.PrunedTo);
            return;
        }

        Assert.True(seq >= prunedBefore);
        var (time, period, live) = _was[seq];
        Assert.Equal((seq, _log.Log.Epoch), (then.Seq, then.Epoch));
        Assert.Equal(live.Select(Text), then.Sessions.Select(Text));
        Assert.Equal(live.Length, then.ByStatus.Values.Sum());
        if (withPeriod)
        {
            Assert.Equal(time, then.Time);
            Assert.Equal(FleetAnswer.Of(period.At(time, Gap), seq, _log.Log.Epoch), then.Fleet);
        }
    }

    private static string Text(SessionView view) => System.Text.Json.JsonSerializer.Serialize(view, ProtocolJson.Default.SessionView);

    /// <summary>About so many events, a few to a batch, and what the fleet was after each.</summary>
    private async Task Live(int events)
    {
        var until = _log.Log.Head + events;
        while (_log.Log.Head < until)
        {
            _log.Clock.Now += _random.Next(40) == 0 ? TimeSpan.FromMinutes(6) : TimeSpan.FromSeconds(_random.Next(4));
            var batch = await _log.Do([.. Enumerable.Range(0, 20).Select(_ => Command()).DistinctBy(command => command.SessionId)]);
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

using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Core.Tests.Hub;
using Rollcall.Core.Tests.Log;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Tests.Api;

/// <summary>The fleet as it was, held against what it was.</summary>
public sealed class PastTests : IAsyncDisposable
{
    private readonly LivedLog _lived = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _lived.DisposeAsync();

    [Theory]
    [InlineData(long.MaxValue, 40)]
    [InlineData(4_000, 40)]
    [InlineData(0, 40)]
    public async Task Whatever_is_remembered_it_is_what_it_was(long mostBytes, long stretch)
    {
        await _lived.Live(1_500);
        var moments = new Moments(mostBytes, stretch);
        using var past = new Past(_lived.Log, LivedLog.Gap, moments, page: 16);

        foreach (var seq in _lived.RandomMoments(300))
        {
            await _lived.Agrees(past, seq);
        }

        Assert.True(moments.Bytes <= mostBytes);
    }

    [Fact]
    public async Task A_time_is_the_last_event_until_then()
    {
        await _lived.Live(600);
        using var past = new Past(_lived.Log, LivedLog.Gap, new Moments(long.MaxValue, 40), page: 16);
        foreach (var seq in _lived.RandomMoments(100))
        {
            var time = _lived.Was[seq].Time;
            var last = _lived.Was.Where(each => each.Value.Time == time).Max(each => each.Key);
            var then = await past.At(long.MaxValue, time, 0, int.MaxValue, Cancel);
            Assert.Equal(last, then!.Seq);
            Assert.Equal(_lived.Was[last].Live, then.Sessions);
        }
    }

    [Fact]
    public async Task Going_back_and_forth_folds_no_more_than_a_stretch_each_time()
    {
        await _lived.Live(3_000);
        using var past = new Past(_lived.Log, LivedLog.Gap, new Moments(long.MaxValue, 200), page: 50);
        await past.At(_lived.Log.Head, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);
        Assert.Equal(_lived.Log.Head, past.Folded);
        foreach (var seq in _lived.RandomMoments(50))
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
        await _lived.Live(400);
        using var past = new Past(_lived.Log, LivedLog.Gap, new Moments(long.MaxValue, 40), page: 16);
        var seq = _lived.Log.Head;
        var pages = new List<SessionView>();
        for (var skip = 0; skip < _lived.Was[seq].Live.Length; skip += 3)
        {
            pages.AddRange((await past.At(seq, DateTimeOffset.MaxValue, skip, 3, Cancel))!.Sessions);
        }

        Assert.Equal(_lived.Was[seq].Live, pages);
    }

    [Fact]
    public async Task Large_output_is_read_by_and_by()
    {
        const int Mebibytes = 4;
        await _lived.Fixture.Create("a");
        await _lived.Fixture.Do([.. Enumerable.Repeat(new AppendOutput { SessionId = "a", Text = new string('x', 32 * 1024) }, Mebibytes * 32)]);
        await _lived.Fixture.Do(new ChangeStatus { SessionId = "a", Status = SessionStatus.Idle });
        var reads = 0;
        using var past = new Past(new FaultyLog(_lived.Log) { AfterRead = () => Task.FromResult(reads++) }, LivedLog.Gap, new Moments(long.MaxValue, 40), page: 2_000);

        var then = await past.At(_lived.Log.Head, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);

        Assert.InRange(reads, Mebibytes, 2 * Mebibytes);
        Assert.Equal(SessionStatus.Idle, Assert.Single(then!.Sessions).Status);
    }

    /// <summary>Also of a disk that takes no writes the past can be read.</summary>
    [Fact]
    public async Task It_asks_nothing_of_the_log_but_reads()
    {
        await _lived.Fixture.Create("a");
        var (log, asked) = SeenLog.Of(_lived.Log);
        using var past = new Past(log, LivedLog.Gap, new Moments(long.MaxValue, 40), page: 16);

        Assert.NotNull(await past.At(_lived.Log.Head, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel));

        Assert.Contains("Read", asked.Select(one => one.Name));
        Assert.DoesNotContain(asked, one => one.Name is not ("Read" or "Find" or "Sessions") && !one.Name.StartsWith("get_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_only_a_newer_hub_knows_counts_in_a_sessions_version_as_it_does_in_the_live_view()
    {
        await _lived.Fixture.Create("a");
        var before = _lived.Fixture["a"];
        var entry = new LogEntry(_lived.Log.Head + 1, _lived.Clock.Now, "session_pondered", "a", null, before.View.Version + 1, """{"session_id":"a"}"""u8.ToArray());
        var after = entry.After(before)!;
        await _lived.Log.Append(LogFixture.Batch([entry], after), Cancel);
        using var past = new Past(_lived.Log, LivedLog.Gap, new Moments(long.MaxValue, 40), page: 16);

        var then = await past.At(entry.Seq, DateTimeOffset.MaxValue, 0, int.MaxValue, Cancel);

        Assert.Equal((await _lived.Log.Find("a", Cancel))!.View, Assert.Single(then!.Sessions));
        Assert.Equal((entry.Seq, entry.Version), (then.Sessions[0].Seq, then.Sessions[0].Version));
    }

    [Fact]
    public async Task A_work_period_begins_after_the_gap_also_when_the_clock_was_put_back()
    {
        await _lived.Fixture.Create("a");
        await _lived.Fixture.Do(new StartTask { SessionId = "a", TaskId = "t1" }, new ReportUsage { SessionId = "a", InputTokens = 5 });
        await _lived.Fixture.Do(new CompleteTask { SessionId = "a", TaskId = "t1", Outcome = TaskOutcome.Completed });
        _lived.Clock.Now -= TimeSpan.FromHours(5);
        await _lived.Fixture.Say("a", "line");
        _lived.Clock.Now += LivedLog.Gap;
        await _lived.Fixture.Do(new StartTask { SessionId = "a", TaskId = "t2" });
        using var past = new Past(_lived.Log, LivedLog.Gap, new Moments(long.MaxValue, 40), page: 16);

        var then = await past.At(_lived.Log.Head, _lived.Clock.Now + TimeSpan.FromHours(9), 0, int.MaxValue, Cancel);

        Assert.Equal((9 * 3600, 0), (then!.Fleet.DurationSeconds, then.Fleet.InputTokens));
    }
}

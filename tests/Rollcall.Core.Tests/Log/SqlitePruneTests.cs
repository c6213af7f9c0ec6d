using Rollcall.Core.Log;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

public sealed class SqlitePruneTests : IAsyncDisposable
{
    private static readonly Retention Forever = new(TimeSpan.MaxValue, TimeSpan.MaxValue, long.MaxValue);

    private readonly LogFixture hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task Nothing_goes_while_everything_is_to_be_kept()
    {
        await hub.Create("a");
        await hub.Say("a", "x");
        await hub.End("a");
        hub.Clock.Now = DateTimeOffset.MaxValue;
        Assert.Equal(0, await Prune(Forever));
        Assert.Equal((0, 0), (hub.Log.PrunedTo, hub.Log.OutputPrunedTo));
    }

    [Fact]
    public async Task Old_output_goes_also_of_live_sessions_and_raises_only_its_own_horizon()
    {
        await hub.Create("a");
        await hub.Say("a", "old");
        hub.Clock.Now += TimeSpan.FromHours(2);
        await hub.Say("a", "new");
        Assert.Equal(1, await Prune(Forever with { Output = TimeSpan.FromHours(1) }));
        Assert.Equal("1 2 4", await Seqs());
        Assert.Equal((0, 3), (hub.Log.PrunedTo, hub.Log.OutputPrunedTo));
        await hub.Reopen();
        Assert.Equal((4, 0, 3), (hub.Log.Head, hub.Log.PrunedTo, hub.Log.OutputPrunedTo));
        Assert.Equal(2, (await hub.Log.Find("a", Cancel))!.OutputCount);
    }

    [Fact]
    public async Task A_session_that_ended_long_ago_goes_whole_with_its_receipts()
    {
        await hub.Create("old");
        await hub.Create("live");
        await hub.Log.Append(
            LogFixture.Batch([]) with { Receipts = [new Receipt("k-old", "old", hub.Clock.Now), new Receipt("k-live", "live", hub.Clock.Now)] },
            Cancel);
        await hub.End("old");
        hub.Clock.Now += TimeSpan.FromDays(40);
        await hub.Create("young");
        await hub.End("young");

        Assert.Equal(5, await Prune(Forever with { Sessions = TimeSpan.FromDays(30) }));

        Assert.Null(await hub.Log.Find("old", Cancel));
        Assert.NotNull(await hub.Log.Find("young", Cancel));
        Assert.Equal("3 4 8 9 10 11 12", await Seqs());
        Assert.Equal((7, 0), (hub.Log.PrunedTo, hub.Log.OutputPrunedTo));
        Assert.Equal(2, await hub.Log.CountAll(null, Cancel));
        Assert.Equal(["k-live"], (await hub.Log.FindReceipts(["k-old", "k-live"], Cancel)).Keys);
    }

    [Fact]
    public async Task What_a_live_session_needs_stays_however_old_and_large_the_log_is()
    {
        await hub.Create("live");
        await hub.Do(new StartTask { SessionId = "live", TaskId = "t" });
        await hub.Say("live", "x");
        hub.Clock.Now += TimeSpan.FromDays(4000);
        Assert.Equal(1, await Prune(new Retention(TimeSpan.Zero, TimeSpan.Zero, 0)));
        Assert.Equal("1 2 3 4", await Seqs());
        SqliteLogTests.Same(hub["live"], await hub.Log.Find("live", Cancel));
    }

    [Fact]
    public async Task Events_of_the_fleet_go_by_age()
    {
        await hub.Log.Append(LogFixture.Batch([SqliteEventsTests.FleetEvent(1)]), Cancel);
        hub.Clock.Now += TimeSpan.FromDays(2);
        await hub.Log.Append(LogFixture.Batch([SqliteEventsTests.FleetEvent(2, hub.Clock.Now)]), Cancel);
        Assert.Equal(1, await Prune(Forever with { Sessions = TimeSpan.FromDays(1) }));
        Assert.Equal("2", await Seqs());
        Assert.Equal(1, hub.Log.PrunedTo);
    }

    [Fact]
    public async Task A_log_emptied_by_pruning_goes_on_from_its_head()
    {
        await hub.Create("a");
        await hub.End("a");
        await Prune(new Retention(TimeSpan.Zero, TimeSpan.Zero, long.MaxValue));
        await hub.Reopen();
        Assert.Equal((5, 5), (hub.Log.Head, hub.Log.PrunedTo));
        await hub.Create("b");
        Assert.Equal("6 7", await Seqs());
    }

    [Fact]
    public async Task Too_large_a_log_loses_output_first_then_what_ended_first()
    {
        foreach (var id in new[] { "second", "first", "live" })
        {
            await hub.Create(id);
            await hub.Say(id, new string('x', 1000));
        }

        await hub.End("first");
        hub.Clock.Now += TimeSpan.FromSeconds(1);
        await hub.End("second");
        var bytes = await Bytes();

        Assert.Equal(1, await Prune(Forever with { MaxBytes = bytes - 1 }));
        Assert.Equal((3, 0), (hub.Log.OutputPrunedTo, hub.Log.PrunedTo));

        Assert.Equal(2, await Prune(Forever with { MaxBytes = bytes - 2500 }));
        Assert.Equal((9, 0), (hub.Log.OutputPrunedTo, hub.Log.PrunedTo));

        Assert.Equal(5, await Prune(Forever with { MaxBytes = await Bytes() - 1 }));
        Assert.Null(await hub.Log.Find("first", Cancel));
        Assert.NotNull(await hub.Log.Find("second", Cancel));
        Assert.Equal(hub.Sql("SELECT sum(length(payload)) FROM events"), hub.Sql("SELECT bytes FROM progress"));
    }

    [Fact]
    public async Task By_what_a_sessions_reports_are_recognised_counts_as_long_as_it_is_kept()
    {
        await hub.Create("a");
        await hub.Create("live");
        var bytes = await Bytes();
        Receipt[] receipts = [.. Enumerable.Range(0, 400).Select(i => new Receipt($"usage/a/é\0{i:000}", "a", hub.Clock.Now))];
        for (var i = 0; i < 2; i++)
        {
            await hub.Log.Append(LogFixture.Batch([]) with { Receipts = [.. receipts, new Receipt("day", null, hub.Clock.Now, "[]")] }, Cancel);
        }

        Assert.Equal($"{bytes + (400 * 14)}", hub.Sql("SELECT bytes FROM progress"));
        await hub.End("a");
        Assert.Equal(5, await Prune(Forever with { MaxBytes = await Bytes() + 5000 }));
        Assert.Equal($"{await Bytes()}", hub.Sql("SELECT bytes FROM progress"));
        Assert.Equal("1", hub.Sql("SELECT count(*) FROM receipts"));
    }

    [Fact]
    public async Task A_large_session_goes_in_parts_and_appends_go_on_between_them()
    {
        await hub.Create("large");
        await hub.Do([.. Enumerable.Range(0, 1700).Select(_ => new ReportMessageError { SessionId = "large", Error = "x" })]);
        await hub.End("large");
        await hub.Create("live");
        var pruning = Prune(new Retention(TimeSpan.Zero, TimeSpan.MaxValue, long.MaxValue));
        for (var i = 0; i < 20; i++)
        {
            await hub.Say("live", "x");
        }

        Assert.Equal(1705, await pruning);
        Assert.Equal(22, (await hub.Events()).Count);
        Assert.Equal(1, await hub.Log.CountAll(null, Cancel));
        Assert.Equal("0", hub.Sql("SELECT count(*) FROM sessions WHERE id = 'large'"));
    }

    [Fact]
    public async Task Many_rows_that_are_behind_are_written_in_parts()
    {
        await hub.Do([.. Enumerable.Range(0, 3000).Select(i => new CreateSession { SessionId = $"s-{i}" })]);
        var written = new List<string?>();
        hub.Clock.Looked = () => written.Add(hub.Sql("SELECT count(*) FROM sessions"));
        await Prune(Forever);
        Assert.Equal(["1024", "2048", "3000"], written.Distinct());
        Assert.Equal($"{hub.Log.Head}", hub.Sql("SELECT modelled FROM progress"));
    }

    [Fact]
    public async Task From_the_first_part_of_a_session_on_the_horizon_is_behind_all_of_it()
    {
        await hub.Create("large");
        await hub.Do([.. Enumerable.Range(0, 12_000).Select(_ => new ReportMessageError { SessionId = "large", Error = "x" })]);
        await hub.End("large");
        var last = hub.Log.Head;
        using var stop = new CancellationTokenSource();
        var pruning = hub.Log.Prune(new Retention(TimeSpan.Zero, TimeSpan.MaxValue, long.MaxValue), hub.Clock.Now, stop.Token).AsTask();
        while (hub.Log.PrunedTo == 0)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await pruning.ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal(last, hub.Log.PrunedTo);
    }

    [Fact]
    public async Task A_session_that_was_pruned_may_begin_a_new_life()
    {
        await hub.Create("a");
        await hub.End("a");
        var revival = hub.Decide(new CreateSession { SessionId = "a", Revive = true });
        await Prune(new Retention(TimeSpan.Zero, TimeSpan.Zero, 0));
        await hub.Log.Append(revival, Cancel);
        Assert.Equal(8, (await hub.Log.Find("a", Cancel))!.View.Version);
        Assert.Equal(1, await hub.Log.CountAll(null, Cancel));
    }

    [Fact]
    public async Task Answers_and_receipts_without_a_session_go_after_24_hours()
    {
        await hub.Log.SaveAnswer("k", new StoredAnswer(200, null, [], hub.Clock.Now), Cancel);
        await hub.Log.Append(LogFixture.Batch([]) with { Receipts = [new Receipt("r", null, hub.Clock.Now)] }, Cancel);
        hub.Clock.Now += TimeSpan.FromHours(23);
        await Prune(Forever);
        Assert.Equal("2", Kept());
        hub.Clock.Now += TimeSpan.FromHours(1);
        await Prune(Forever);
        Assert.Equal("0", Kept());

        string? Kept() => hub.Sql("SELECT (SELECT count(*) FROM answers) + (SELECT count(*) FROM receipts)");
    }

    private async Task<long> Prune(Retention retention) => await hub.Log.Prune(retention, hub.Clock.Now, Cancel);

    private async Task<long> Bytes() => (await hub.Events()).Sum(entry => (long)entry.Payload.Length);

    private async Task<string> Seqs() => string.Join(' ', (await hub.Events()).Select(entry => entry.Seq));
}

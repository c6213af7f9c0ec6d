using System.Collections;
using Microsoft.Data.Sqlite;
using Rollcall.Core.Log;
using Rollcall.Core.Log.Lists;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

/// <summary>Lists come from memory: what they say must be what the file says, whatever becomes of either.</summary>
public sealed class SqliteListLifeTests : IAsyncDisposable
{
    private static readonly SessionQuery All = new() { Statuses = Enum.GetValues<SessionStatus>(), Order = SessionOrder.CreatedAt, Descending = false };

    private readonly LogFixture hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task A_batch_that_fails_leaves_lists_as_they_were()
    {
        await hub.Create("a", "shop", "Alpha");
        await hub.Create("b");
        await hub.End("b");
        var before = await hub.Log.List(All, Cancel);
        hub.Sql("CREATE TRIGGER full BEFORE INSERT ON receipts BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
        var batch = hub.Decide(
            new UpdateSession { SessionId = "a", Name = "Beta" }, new TerminateSession { SessionId = "a" },
            new CreateSession { SessionId = "b", Revive = true }, new CreateSession { SessionId = "c", Project = "shop" });
        await Assert.ThrowsAsync<SqliteException>(async () => await hub.Log.Append(batch with { Receipts = [new Receipt("k", null, LogFixture.Start)] }, Cancel));

        Assert.Equivalent(before, await hub.Log.List(All, Cancel), strict: true);
        Assert.Equal(1, await hub.Log.CountAll(new HashSet<string> { "shop" }, Cancel));

        hub.Sql("DROP TRIGGER full");
        await hub.Log.Append(batch, Cancel);
        var after = await hub.Log.List(All, Cancel);
        Assert.Equal((3, hub.Log.Head), (after.Total, after.Seq));
        Assert.Equal(1, (await hub.Log.List(All with { Search = "beta", Statuses = [SessionStatus.Terminated] }, Cancel)).Total);
        Assert.Equal(2, await hub.Log.CountAll(new HashSet<string> { "shop" }, Cancel));
    }

    [Fact]
    public async Task Lists_beside_a_busy_writer_are_of_one_moment_each()
    {
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var (total, seq) = (0L, 0L); !done.IsCancellationRequested;)
            {
                var page = await hub.Log.List(All with { Limit = 200, Search = "s" }, Cancel);
                Assert.True(page.Total >= total && page.Seq >= seq, "neither ever falls");
                (total, seq) = (page.Total, page.Seq);
                Assert.Equal(Math.Min(200, total), page.Sessions.Count);
                Assert.All(page.Sessions, view => Assert.True(view.Seq <= seq));

                // Each batch makes one, and ends the one before it.
                var live = await hub.Log.List(new SessionQuery(), Cancel);
                Assert.Equal(live.Seq == 0 ? 0 : 1, live.Total);
            }
        }, Cancel)).ToArray();
        await hub.Create("s0");
        for (var i = 1; i < 150; i++)
        {
            await hub.Do(new CreateSession { SessionId = $"s{i}" }, new TerminateSession { SessionId = $"s{i - 1}" });
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(150, (await hub.Log.List(All, Cancel)).Total);
    }

    [Fact]
    public async Task A_log_is_closed_while_lists_are_still_being_filled_and_opens_again()
    {
        for (var i = 0; i < 3; i++)
        {
            await hub.Do([.. Enumerable.Range(i * 1000, 1000).Select(n => new CreateSession { SessionId = $"s{n}" })]);
            await hub.Do([.. Enumerable.Range(i * 1000, 1000).Select(n => new TerminateSession { SessionId = $"s{n}" })]);
        }

        for (var round = 0; round < 5; round++)
        {
            await hub.Reopen();
            await hub.Log.Recover(Cancel);
            var listing = hub.Log.List(All, Cancel).AsTask();
            await hub.Log.DisposeAsync();

            // As it was, or closed: nothing goes on reading.
            Assert.True(await Task.WhenAny(listing, Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System, Cancel)) == listing);
        }

        await hub.Reopen();
        Assert.Equal(0, (await hub.Log.List(new SessionQuery(), Cancel)).Total);
        Assert.Equal(3000, (await hub.Log.List(All, Cancel)).Total);
    }

    [Fact]
    public async Task What_was_stored_is_taken_in_three_seconds_behind_the_start_though_nobody_lists()
    {
        await hub.Create("live");
        await hub.Create("ended");
        await hub.End("ended");
        await hub.Log.DisposeAsync();
        var (clock, index, readers) = (new TestClock(), new SessionIndex(0), new SqliteReaders(hub.Database));
        var fill = new SqliteFill(readers, index, new UnreadSessions(), clock);
        await fill.Recover(Cancel);
        clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(0, index.Share().List(All).Total);

        clock.Advance(TimeSpan.FromSeconds(0.1));

        for (var tries = 0; index.Share().List(All).Total < 2 && tries < 3000; tries++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }

        Assert.Equal(2, index.Share().List(All).Total);
        await fill.DisposeAsync();
        await readers.DisposeAsync();
    }

    [Fact]
    public async Task What_cannot_be_read_of_the_ended_is_no_matter_for_the_live_and_is_read_again()
    {
        await hub.Create("live");
        await hub.Create("ended");
        await hub.End("ended");
        await hub.Reopen();
        Assert.Equal("live", Assert.Single((await hub.Log.List(new SessionQuery(), Cancel)).Sessions).Id);
        hub.Sql("ALTER TABLE sessions RENAME TO gone");
        await Assert.ThrowsAsync<SqliteException>(async () => await hub.Log.List(All, Cancel));
        Assert.Equal("live", Assert.Single((await hub.Log.List(new SessionQuery(), Cancel)).Sessions).Id);
        hub.Sql("ALTER TABLE gone RENAME TO sessions");
        Assert.Equal(2, (await hub.Log.List(All, Cancel)).Total);
    }

    [Fact]
    public async Task An_ended_session_that_cannot_be_read_is_passed_over_and_told_once()
    {
        string[] ids = ["first", "broken", "late", "sound"];
        await hub.Do([.. ids.Select(id => new CreateSession { SessionId = id })]);
        await hub.Do([.. ids.Select(id => new TerminateSession { SessionId = id })]);
        await hub.Reopen();
        Break("broken");
        var told = new List<string>();

        Assert.Equal(["first", "late", "sound"], await Listed());
        hub.Log.Unread.Tell((id, _) => told.Add(id));
        Break("late");
        Assert.Equal(["first", "sound"], await Listed());
        Assert.Equal(["first", "sound"], await Listed());
        Assert.Equal(["broken", "late"], told);

        void Break(string id) => hub.Sql($$"""UPDATE sessions SET view = '{"id":' WHERE id = '{{id}}'""");

        async Task<IEnumerable<string>> Listed() => (await hub.Log.List(All, Cancel)).Sessions.Select(view => view.Id).Order();
    }

    [Fact]
    public async Task Ended_sessions_are_taken_in_past_a_thousand_that_cannot_be_read()
    {
        string[] ids = [.. Enumerable.Range(0, 1100).Select(i => $"s{i:0000}")];
        await hub.Do([.. ids.Select(id => new CreateSession { SessionId = id })]);
        await hub.Do([.. ids.Select(id => new TerminateSession { SessionId = id })]);
        await hub.Reopen();
        hub.Sql("UPDATE sessions SET view = 'unreadable' WHERE id < 's1050'");

        Assert.Equal(50, (await hub.Log.List(All, Cancel)).Total);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_begins_a_new_life_while_it_is_listed_is_listed_as_it_is_then(bool isStored)
    {
        await hub.Create("again");
        await hub.Create("ended");
        await hub.End("again");
        await hub.End("ended");
        if (isStored)
        {
            await hub.Reopen();
        }

        var page = await hub.Log.List(All with { Statuses = new Meanwhile(() => hub.Do(new CreateSession { SessionId = "again", Revive = true })) }, Cancel);

        Assert.Equal((2, hub.Log.Head), (page.Total, page.Seq));
        Assert.Equal(["again", "ended"], page.Sessions.Select(view => view.Id).Order());
        Assert.Equal(SessionStatus.Active, page.Sessions.Single(view => view.Id == "again").Status);
    }

    [Fact]
    public async Task What_retention_removes_while_it_is_listed_is_not_counted()
    {
        await hub.Create("gone");
        await hub.Create("live");
        await hub.End("gone");
        await hub.Reopen();
        var retention = new Retention(TimeSpan.Zero, TimeSpan.MaxValue, long.MaxValue);

        var page = await hub.Log.List(
            All with { Statuses = new Meanwhile(() => hub.Log.Prune(retention, hub.Clock.Now.AddHours(1), Cancel).AsTask()) }, Cancel);

        Assert.Equal("live", Assert.Single(page.Sessions).Id);
        Assert.Equal(1, page.Total);
    }

    /// <summary>All statuses; something happens when a list looks at them, which is when its moment has been taken.</summary>
    private sealed class Meanwhile(Func<Task> happening) : IReadOnlyList<SessionStatus>
    {
        private int asked;

        public int Count => All.Statuses!.Count;

        public SessionStatus this[int index] => All.Statuses![index];

        public IEnumerator<SessionStatus> GetEnumerator()
        {
            // The first look is whether ended ones are among them.
            if (++asked == 2)
            {
                happening().GetAwaiter().GetResult();
            }

            return All.Statuses!.GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

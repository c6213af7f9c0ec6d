using Microsoft.Data.Sqlite;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

public sealed class SqliteAppendTests : IAsyncDisposable
{
    private readonly LogFixture hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task A_batch_decided_on_an_old_version_is_refused_whole()
    {
        await hub.Create("a");
        await hub.Create("b");
        var stale = hub.Decide(new AppendOutput { SessionId = "b", Text = "1" }, new AppendOutput { SessionId = "a", Text = "2" });
        await hub.Say("a", "first");
        var late = stale with { Entries = [.. stale.Entries.Select(entry => entry with { Seq = entry.Seq + 1 })] };

        var conflict = await Assert.ThrowsAsync<VersionConflictException>(async () => await hub.Log.Append(late, Cancel));

        Assert.Equal(("a", 3L), (conflict.SessionId, conflict.Version));
        Assert.Equal(5, hub.Log.Head);
        Assert.Equal(5, (await hub.Events()).Count);
        SqliteLogTests.Same(hub["b"], await hub.Log.Find("b", Cancel));
        await hub.Say("b", "goes on");
        Assert.Equal(6, hub.Log.Head);
    }

    [Fact]
    public async Task An_old_version_is_refused_also_where_its_event_was_pruned()
    {
        await hub.Create("a");
        var stale = hub.Decide(new AppendOutput { SessionId = "a", Text = "old" });
        await hub.Say("a", "new");
        await hub.Log.Prune(new Retention(TimeSpan.MaxValue, TimeSpan.Zero, long.MaxValue), LogFixture.Start, Cancel);
        var late = stale with { Entries = [stale.Entries[0] with { Seq = 4 }] };
        await Assert.ThrowsAsync<VersionConflictException>(async () => await hub.Log.Append(late, Cancel));
        Assert.Equal(3, hub.Log.Head);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Sequence_numbers_must_follow_the_head_without_a_gap(long seq)
    {
        await hub.Create("a");
        var batch = hub.Decide(new AppendOutput { SessionId = "a", Text = "x" });
        var wrong = batch with { Entries = [batch.Entries[0] with { Seq = seq }] };
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await hub.Log.Append(wrong, Cancel));
        Assert.Equal(2, hub.Log.Head);
        Assert.Equal(2, (await hub.Events()).Count);
    }

    [Fact]
    public async Task Events_written_ahead_are_seen_by_nobody_until_their_batch_is_appended()
    {
        await hub.Create("a");
        var batch = hub.Decide([.. Enumerable.Range(0, 100).Select(i => new AppendOutput { SessionId = "a", Text = $"{i}" })]);
        hub.Log.WriteAhead([.. batch.Entries.Take(40)]);
        hub.Log.WriteAhead([.. batch.Entries.Skip(40).Take(50)]);
        Assert.Equal((2L, 2), (hub.Log.Head, (await hub.Events()).Count));
        await hub.Log.Append(batch, Cancel);
        Assert.Equal(batch.Entries.Select(entry => (entry.Seq, entry.Event)), (await hub.Events(new LogRange(After: 2))).Select(entry => (entry.Seq, entry.Event)));
        Assert.Equal(102, hub.Log.Head);
    }

    [Fact]
    public async Task What_was_written_ahead_and_taken_back_leaves_nothing_and_lets_others_write()
    {
        await hub.Create("a");
        var batch = hub.Decide([.. Enumerable.Range(0, 100).Select(i => new AppendOutput { SessionId = "a", Text = $"{i}" })]);
        hub.Log.WriteAhead([.. batch.Entries.Take(50)]);
        await hub.Log.TakeBack();
        await hub.Log.Audit([new AuditEntry(LogFixture.Start, "k", "a", "d")], Cancel);
        Assert.Equal((2L, 2), (hub.Log.Head, (await hub.Events()).Count));
        await hub.Log.Append(batch, Cancel);
        Assert.Equal((102L, 102), (hub.Log.Head, (await hub.Events()).Count));
        await hub.Log.TakeBack();
        Assert.Equal(102, (await hub.Events()).Count);
    }

    [Theory]
    [InlineData("ABORT")]
    [InlineData("ROLLBACK")]
    public async Task A_disk_that_fails_while_events_are_written_ahead_takes_back_the_whole_batch(string how)
    {
        await hub.Create("a");
        var batch = hub.Decide([.. Enumerable.Range(0, 100).Select(i => new AppendOutput { SessionId = "a", Text = $"{i}" })]);
        hub.Sql($"CREATE TRIGGER full BEFORE INSERT ON events WHEN NEW.seq = 50 BEGIN SELECT RAISE({how}, 'disk is full'); END");
        hub.Log.WriteAhead([.. batch.Entries.Take(40)]);
        hub.Log.WriteAhead([.. batch.Entries.Skip(40).Take(40)]);
        hub.Log.WriteAhead([.. batch.Entries.Skip(80).Take(10)]);

        await Assert.ThrowsAsync<SqliteException>(async () => await hub.Log.Append(batch, Cancel));
        await hub.Log.TakeBack();
        Assert.Equal((2L, 2), (hub.Log.Head, (await hub.Events()).Count));

        hub.Sql("DROP TRIGGER full");
        await hub.Log.Append(batch, Cancel);
        Assert.Equal((102L, 102), (hub.Log.Head, (await hub.Events()).Count));
    }

    [Theory]
    [InlineData("ABORT")]
    [InlineData("ROLLBACK")]
    public async Task A_failing_disk_takes_back_the_batch_and_the_log_goes_on_after_it(string how)
    {
        await hub.Create("a");
        await hub.Log.Append(LogFixture.Batch([]) with { Fleet = "before" }, Cancel);

        // What SQLite does on a full disk, which it may answer by taking back the transaction itself.
        hub.Sql($"CREATE TRIGGER full BEFORE INSERT ON receipts BEGIN SELECT RAISE({how}, 'disk is full'); END");
        var decided = hub.Decide(new AppendOutput { SessionId = "a", Text = "x" }, new CreateSession { SessionId = "b" });
        var batch = decided with { Receipts = [new Receipt("k", null, LogFixture.Start)], Fleet = "after" };
        await Assert.ThrowsAsync<SqliteException>(async () => await hub.Log.Append(batch, Cancel));
        Assert.Equal(2, hub.Log.Head);
        Assert.Equal(1, await hub.Log.CountAll(null, Cancel));
        Assert.Equal("before", (await hub.Log.Recover(Cancel)).Fleet);

        hub.Sql("DROP TRIGGER full");
        await hub.Log.Append(batch, Cancel);
        Assert.Equal(5, hub.Log.Head);
        Assert.Equal(2, await hub.Log.CountAll(null, Cancel));
    }

    [Fact]
    public async Task A_closed_log_refuses_and_may_be_closed_again()
    {
        await hub.Log.DisposeAsync();
        await hub.Log.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => hub.Create("a"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => hub.Events());
    }

    [Fact]
    public async Task Receipts_are_found_and_kept_with_their_batch()
    {
        await hub.Create("a");
        await hub.Log.Append(
            LogFixture.Batch([]) with { Receipts = [new Receipt("k1", "a", LogFixture.Start), new Receipt("k2", null, LogFixture.Start, "[]")] },
            Cancel);
        await hub.Reopen();
        var known = await hub.Log.FindReceipts(["k0", "k1", "k2"], Cancel);
        Assert.Equal([("k1", null), ("k2", "[]")], known.OrderBy(receipt => receipt.Key).Select(receipt => (receipt.Key, receipt.Value)));
        Assert.Empty(await hub.Log.FindReceipts([], Cancel));
    }

    [Fact]
    public async Task A_receipt_of_a_request_counts_for_24_hours_and_is_replaced_when_its_key_is_used_anew()
    {
        await hub.Create("a");
        await Keep("first");
        hub.Clock.Now += TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1);
        Assert.Equal("first", (await Known())["request"]);

        hub.Clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.Equal(["usage"], (await Known()).Keys);

        await Keep("second");
        hub.Clock.Now += TimeSpan.FromHours(23);
        Assert.Equal("second", (await Known())["request"]);

        ValueTask Keep(string outcomes) => hub.Log.Append(
            LogFixture.Batch([]) with { Receipts = [new Receipt("request", null, hub.Clock.Now, outcomes), new Receipt("usage", "a", hub.Clock.Now)] }, Cancel);

        ValueTask<IReadOnlyDictionary<string, string?>> Known() => hub.Log.FindReceipts(["request", "usage"], Cancel);
    }

    [Fact]
    public async Task A_batch_waits_for_a_foreign_tool_that_writes_to_the_file()
    {
        await hub.Create("a");
        var head = hub.Log.Head;
        await using var tool = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={hub.Database};Pooling=false");
        await tool.OpenAsync(Cancel);
        await using var command = tool.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync(Cancel);
        var waiting = Task.Run(() => hub.Say("a", "later"), Cancel);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Cancel);
        Assert.False(waiting.IsCompleted);
        command.CommandText = "COMMIT";
        await command.ExecuteNonQueryAsync(Cancel);
        await waiting;
        Assert.Equal(head + 1, hub.Log.Head);
    }

    [Fact]
    public async Task Readers_beside_the_writer_see_whole_batches_only()
    {
        await hub.Create("a");
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                var page = await hub.Log.List(new SessionQuery(), Cancel);
                Assert.Equal(page.Seq, Assert.Single(page.Sessions).Seq);
                Assert.Equal(0, page.Seq % 2);
            }
        }, Cancel)).ToArray();
        for (var i = 0; i < 100; i++)
        {
            await hub.Do(new AppendOutput { SessionId = "a", Text = "x" }, new AppendOutput { SessionId = "a", Text = "y" });
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
    }
}

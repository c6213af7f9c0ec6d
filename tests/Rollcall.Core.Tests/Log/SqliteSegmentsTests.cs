using Rollcall.Core.Log;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

/// <summary>A session's events are found among those of all, over many segments of the log.</summary>
public sealed class SqliteSegmentsTests : IAsyncDisposable
{
    private static readonly string[] Ids = ["a", "b", "c", "seldom"];

    private readonly LogFixture hub = new();
    private readonly Random random = new(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task A_sessions_events_are_those_of_the_log_in_every_range_and_direction()
    {
        await Talk(4200);
        await Compare(300);
        await hub.Reopen();
        await Compare(50);
    }

    [Fact]
    public async Task A_session_that_is_spread_thin_over_the_log_is_found_whole()
    {
        await hub.Create("a");
        await hub.Create("seldom");
        for (var part = 0; part < 4; part++)
        {
            await hub.Say("seldom", $"part {part}");
            await hub.Do([.. Enumerable.Range(0, 1500).Select(i => new AppendOutput { SessionId = "a", Text = $"{i}" })]);
        }

        var said = await hub.Log.Read(new LogRange(SessionId: "seldom"), Cancel);
        Assert.Equal(["session_created", "session_status", "stream_output", "stream_output", "stream_output", "stream_output"], said.Select(entry => entry.Event));
        var last = await hub.Log.Read(new LogRange(SessionId: "seldom", Last: true, Limit: 2), Cancel);
        Assert.Equal(said.TakeLast(2).Select(entry => entry.Seq), last.Select(entry => entry.Seq));
    }

    [Fact]
    public async Task What_was_pruned_is_forgotten_and_a_session_of_the_same_name_begins_anew()
    {
        await Talk(3000);
        await hub.End("b");
        var others = (await All()).Where(entry => entry.SessionId != "b").ToList();
        await hub.Log.Prune(new Retention(TimeSpan.Zero, TimeSpan.MaxValue, long.MaxValue), LogFixture.Start.AddSeconds(1), Cancel);

        Assert.Equivalent(others, await All(), strict: true);
        Assert.Empty(await hub.Log.Read(new LogRange(SessionId: "b"), Cancel));
        Assert.Equal("0", hub.Sql("SELECT count(*) FROM segments WHERE session_id = 'b'"));
        await Compare(50);

        await Talk(1500, "c");
        await Compare(50);
    }

    [Fact]
    public async Task The_segments_of_a_log_of_version_2_are_made_when_it_is_opened()
    {
        await Talk(2500);
        await hub.Log.DisposeAsync();
        hub.Sql(SqliteUpgradeTests.Version2);
        await hub.Reopen();
        await Compare(100);
        await Talk(1500, "c");
        await Compare(100);
        Assert.Equal("ok", hub.Sql("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task The_places_are_those_of_the_stored_events_whatever_the_log_remembers_of_them()
    {
        for (var life = 0; life < 3; life++)
        {
            await Talk(1700);
            var late = hub.Decide(new AppendOutput { SessionId = "a", Text = "late" });
            await hub.Log.Append(LogFixture.Batch([new LogEntry(hub.Log.Head + 1, LogFixture.Start, "fleet_paused", null, null, 0, "{}"u8.ToArray())]), Cancel);
            await Assert.ThrowsAsync<InvalidOperationException>(() => hub.Log.Append(late, Cancel).AsTask());
            await Talk(900, "c");
            AssertPlaces();
            await hub.Reopen();
        }

        await hub.Do([.. Enumerable.Range(0, 5000).Select(i => new AppendOutput { SessionId = Ids[i % 2], Text = "x" })]);
        AssertPlaces();
    }

    [Fact]
    public async Task What_was_pruned_before_its_segment_was_full_gets_no_places()
    {
        await Talk(100);
        await hub.End("b");
        await hub.Log.Prune(new Retention(TimeSpan.Zero, TimeSpan.MaxValue, long.MaxValue), LogFixture.Start.AddSeconds(1), Cancel);
        await Talk(1500, "c");

        Assert.Equal("0", hub.Sql("SELECT count(*) FROM segments WHERE session_id = 'b'"));
        AssertPlaces();
    }

    private void AssertPlaces()
    {
        const string stored = "SELECT (seq - 1) / 1024, session_id, json_group_array(seq) FROM events WHERE session_id IS NOT NULL AND seq <= (SELECT head / 1024 * 1024 FROM progress) GROUP BY 1, 2";
        Assert.NotEqual("0", hub.Sql("SELECT count(*) FROM segments"));
        Assert.Equal("0", hub.Sql($"SELECT count(*) FROM (SELECT * FROM ({stored}) EXCEPT SELECT * FROM segments)"));
        Assert.Equal("0", hub.Sql($"SELECT count(*) FROM (SELECT * FROM segments EXCEPT SELECT * FROM ({stored}))"));
    }

    /// <summary>Sessions begin and produce output, in batches of every size.</summary>
    private async Task Talk(int events, params string[] ids)
    {
        ids = ids is [] ? Ids : ids;
        var had = hub.Log.Head;
        foreach (var id in ids)
        {
            await hub.Create(id);
        }

        while (hub.Log.Head < had + events)
        {
            await hub.Do([.. Enumerable.Range(0, random.Next(1, 700)).Select(_ => new AppendOutput { SessionId = ids[random.Next(random.Next(ids.Length) + 1)], Text = "x" })]);
        }
    }

    private ValueTask<IReadOnlyList<LogEntry>> All() => hub.Log.Read(new LogRange(Limit: int.MaxValue), Cancel);

    private async Task Compare(int rounds)
    {
        var all = await All();
        for (var round = 0; round < rounds; round++)
        {
            var range = new LogRange(
                After: random.Next(3) == 0 ? 0 : random.NextInt64(hub.Log.Head + 2),
                UpTo: random.Next(3) == 0 ? long.MaxValue : random.NextInt64(hub.Log.Head + 2),
                Limit: random.Next(4) == 0 ? int.MaxValue : random.Next(3000),
                SessionId: random.Next(20) == 0 ? "nobody" : Ids[random.Next(Ids.Length)],
                Event: random.Next(5) == 0 ? "session_created" : null,
                Last: random.Next(2) == 0,
                WithOutput: random.Next(4) > 0);
            var expected = all.Where(entry => entry.SessionId == range.SessionId && entry.Seq > range.After && entry.Seq <= range.UpTo
                && (range.Event is null || entry.Event == range.Event) && (range.WithOutput || entry.Event != "stream_output")).ToList();
            expected = range.Last ? [.. expected.TakeLast(range.Limit)] : [.. expected.Take(range.Limit)];

            var read = await hub.Log.Read(range, Cancel);

            Assert.True(
                expected.Select(entry => (entry.Seq, entry.SessionId, entry.Version)).SequenceEqual(read.Select(entry => (entry.Seq, entry.SessionId, entry.Version))),
                $"{range}: {expected.Count} expected, {read.Count} read");
        }
    }
}

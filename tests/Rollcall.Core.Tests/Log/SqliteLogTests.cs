using System.Text.Json;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Log;

public sealed class SqliteLogTests : IAsyncDisposable
{
    private readonly LogFixture hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => hub.DisposeAsync();

    [Fact]
    public async Task A_new_log_is_empty_and_names_an_epoch()
    {
        Assert.Matches("^[A-Za-z0-9]{16}$", hub.Log.Epoch);
        Assert.Equal(0, hub.Log.Head);
        var recovered = await hub.Log.Recover(Cancel);
        Assert.Empty(recovered.Live);
        Assert.Null(recovered.Fleet);
        Assert.Equal(LogFixture.Start, hub.Log.CreatedAt);
    }

    [Fact]
    public async Task Everything_that_was_appended_is_there_after_a_restart()
    {
        await hub.Create("a", "shop", "Größe");
        await hub.Do(
            new StartTask { SessionId = "a", TaskId = "t1", Name = "build" },
            new StartTask { SessionId = "a", TaskId = "t2" },
            new CompleteTask { SessionId = "a", TaskId = "t1" },
            new ReportUsage { SessionId = "a", InputTokens = 7, CostUsd = 0.000001m },
            new UpdateSession { SessionId = "a", Metadata = Json("""{"é<":[1.50,"\"&\n"],"b":{"c":null}}""") },
            new AppendOutput { SessionId = "a", Text = "hello" });
        await hub.Do(new ChangeStatus { SessionId = "a", Status = SessionStatus.Waiting, WaitingFor = WaitingFor.Plan, WaitingText = "ok?" });
        await hub.Do(new CreateSession { SessionId = "b" }, new TerminateSession { SessionId = "b", Reason = TerminationReason.Crashed, Error = "gone" });
        var (epoch, head, events) = (hub.Log.Epoch, hub.Log.Head, await hub.Events());
        hub.Clock.Now += TimeSpan.FromDays(1);

        await hub.Reopen();

        Assert.Equal(epoch, hub.Log.Epoch);
        Assert.Equal(head, hub.Log.Head);
        Assert.Equal(LogFixture.Start, hub.Log.CreatedAt);
        Assert.Equivalent(events, await hub.Events(), strict: true);
        Same(hub["a"], await hub.Log.Find("a", Cancel));
        Same(hub["b"], await hub.Log.Find("b", Cancel));
        Assert.True((await hub.Log.Find("b", Cancel))!.Crashed);
        Assert.Null(await hub.Log.Find("c", Cancel));
    }

    [Fact]
    public async Task Folding_the_stored_events_gives_the_stored_session()
    {
        await hub.Create("a", "shop");
        await hub.Do(new StartTask { SessionId = "a", TaskId = "t" }, new AppendOutput { SessionId = "a", Text = "x" });
        await hub.End("a");
        Session? folded = null;
        foreach (var entry in await hub.Events())
        {
            folded = SessionFold.Apply(folded, (SessionEvent)EventNames.Parse(entry.Event, entry.Payload)!);
        }

        Same(folded!, await hub.Log.Find("a", Cancel));
    }

    [Fact]
    public async Task Recovery_gives_the_live_sessions_their_leases_and_the_fleet()
    {
        await hub.Create("live");
        await hub.Create("ended");
        var batch = hub.Decide(new AppendOutput { SessionId = "live", Text = "x" });
        await hub.Log.Append(
            batch with { Leases = new Dictionary<string, int?> { ["live"] = 90, ["ended"] = 60 }, Fleet = """{"paused":true}""" }, Cancel);
        hub.Keep(batch);
        await hub.End("ended");
        await hub.Reopen();

        var recovered = await hub.Log.Recover(Cancel);
        Same(hub["live"], Assert.Single(recovered.Live));
        Assert.Equal(new Dictionary<string, int> { ["live"] = 90 }, recovered.Leases);
        Assert.Equal("""{"paused":false}""", recovered.Fleet);
        await hub.Log.Append(LogFixture.Batch([]) with { Leases = new Dictionary<string, int?> { ["live"] = null } }, Cancel);
        Assert.Empty((await hub.Log.Recover(Cancel)).Leases);
    }

    [Fact]
    public async Task A_heartbeat_is_kept_without_an_event()
    {
        await hub.Create("a");
        var (seen, head) = (hub["a"] with { View = hub["a"].View with { LastSeenAt = LogFixture.Start.AddHours(1) } }, hub.Log.Head);
        await hub.Log.Append(LogFixture.Batch([], seen), Cancel);
        Assert.Equal(head, hub.Log.Head);
        Same(seen, await hub.Log.Find("a", Cancel));
    }

    [Fact]
    public async Task All_sessions_are_counted_or_those_of_some_projects()
    {
        await hub.Create("a", "shop");
        await hub.Create("b", "bank");
        await hub.Create("c");
        await hub.End("a");
        Assert.Equal(3, await hub.Log.CountAll(null, Cancel));
        Assert.Equal(1, await hub.Log.CountAll(new HashSet<string> { "shop", "none" }, Cancel));
        Assert.Equal(0, await hub.Log.CountAll(new HashSet<string>(), Cancel));
    }

    internal static void Same(Session expected, Session? actual)
    {
        Assert.Equal(expected.View, actual!.View);
        Assert.Equal(expected.Tasks, actual.Tasks);
        Assert.Equal(expected.EndedTasks, actual.EndedTasks);
        Assert.Equal((expected.OutputCount, expected.Crashed), (actual.OutputCount, actual.Crashed));
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}

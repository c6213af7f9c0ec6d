using Rollcall.Client;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Client;

/// <summary>The .NET client against a whole hub.</summary>
public sealed class RollcallConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_hears_the_snapshot_and_then_every_event_as_its_type()
    {
        await using var hub = await TestHub.Start();
        using var reporter = new HubClient(hub.Address);
        await reporter.Create(new CreateSession { SessionId = "a", Name = "A" }, Cancel);
        await using var connection = await RollcallConnection.Connect(Options(hub), Cancel);
        await using var topic = connection.Join("sessions", new JoinOptions { Events = ["session_updated"] });
        await using var messages = topic.Messages(Cancel).GetAsyncEnumerator(Cancel);

        var snapshot = Assert.IsType<TopicMessage.Snapshot>(await Next(messages));
        Assert.Equal("A", snapshot.State!.Value.GetProperty("sessions")[0].GetProperty("name").GetString());

        var answers = await reporter.Send([new UpdateSession { SessionId = "a", Name = "B" }], Cancel);
        var told = Assert.IsType<TopicMessage.Event>(await Next(messages));
        var updated = Assert.IsType<SessionUpdated>(told.Happened);
        Assert.Equal(("B", answers[0].Seq, answers[0].Seq), (updated.Name.Value, updated.Seq, told.Cursor!.After));
        Assert.False(updated.Agent.HasValue);
    }

    [Fact]
    public async Task It_does_not_come_back_after_an_intended_disconnect()
    {
        await using var hub = await TestHub.Start();
        var states = new List<ConnectionState>();
        var connection = await RollcallConnection.Connect(Options(hub), Cancel);
        connection.StateChanged += states.Add;
        var topic = connection.Join("sessions");
        await topic.Joined.WaitAsync(Patience, TimeProvider.System, Cancel);
        await connection.DisposeAsync();
        Assert.Equal([ConnectionState.Closed], states);
        await foreach (var message in topic.Messages(Cancel))
        {
            Assert.IsType<TopicMessage.Snapshot>(message);
        }

        Assert.Throws<InvalidOperationException>(() => connection.Join("metrics"));
    }

    [Fact]
    public async Task A_refused_join_ends_its_subscription_and_not_the_connection()
    {
        await using var hub = await TestHub.Start();
        await using var connection = await RollcallConnection.Connect(Options(hub), Cancel);
        await using var nobody = connection.Join("session:nobody");
        var refused = await Assert.ThrowsAsync<RefusedException>(() => nobody.Joined.WaitAsync(Patience, TimeProvider.System, Cancel));
        Assert.Equal(ErrorCodes.NotFound, refused.Code);
        await using var sessions = connection.Join("sessions");
        await sessions.Joined.WaitAsync(Patience, TimeProvider.System, Cancel);
    }

    [Fact]
    public async Task An_owner_is_asked_and_reports()
    {
        await using var hub = await TestHub.Start();
        using var reporter = new HubClient(hub.Address);
        await reporter.Create(new CreateSession { SessionId = "a" }, Cancel);
        await using var connection = await RollcallConnection.Connect(Options(hub), Cancel);
        await using var owner = connection.Join("session:a", new JoinOptions { AsOwner = true, Events = ["session_status"] });
        await owner.Joined.WaitAsync(Patience, TimeProvider.System, Cancel);
        await using var other = await RollcallConnection.Connect(Options(hub), Cancel);
        await using var watcher = other.Join("session:a");
        await watcher.Joined.WaitAsync(Patience, TimeProvider.System, Cancel);

        await watcher.Push("cancel", cancel: Cancel);
        await using var messages = owner.Messages(Cancel).GetAsyncEnumerator(Cancel);
        await Next(messages);
        Assert.Equal("cancel", Assert.IsType<TopicMessage.Asked>(await Next(messages)).Name);
        Assert.True(await owner.Report(new ChangeStatus { Status = SessionStatus.Idle }, Cancel) > 0);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => owner.Report(new ChangeStatus { Status = SessionStatus.Initializing }, Cancel));
        Assert.Equal(ErrorCodes.InvalidTransition, refused.Code);
    }

    [Fact]
    public async Task An_owner_whose_join_could_not_be_stored_asks_until_it_is()
    {
        await using var hub = await TestHub.Start();
        await hub.Hub.Submit(new CreateSession { SessionId = "a" });
        hub.Sql("CREATE TRIGGER broken BEFORE UPDATE OF lease_seconds ON sessions BEGIN SELECT RAISE(ABORT, 'a bad sector'); END");
        var failed = 0;
        hub.Hub.LogFailed += _ => Interlocked.Increment(ref failed);
        await using var connection = await RollcallConnection.Connect(Options(hub), Cancel);
        await using var owner = connection.Join("session:a", new JoinOptions { AsOwner = true });
        await Defects.Hearing.Eventually(() => Task.FromResult(Volatile.Read(ref failed) > 1));
        Assert.False(owner.Joined.IsCompleted);

        hub.Sql("DROP TRIGGER broken");
        await owner.Joined.WaitAsync(Patience, TimeProvider.System, Cancel);
        Assert.True(hub.Hub.Owners.Has("a"));
        Assert.Equal(0, connection.Reconnects);
    }

    [Fact]
    public async Task A_key_that_is_none_is_refused_at_once()
    {
        await using var hub = await TestHub.Start();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => RollcallConnection.Connect(Options(hub) with { Key = "rlc_no_such" }, Cancel));
        Assert.Equal(ErrorCodes.Unauthenticated, refused.Code);
    }

    private static ConnectionOptions Options(TestHub hub) => new() { Hub = hub.Address, FirstRetry = TimeSpan.FromMilliseconds(20) };

    private static async Task<TopicMessage> Next(IAsyncEnumerator<TopicMessage> messages)
    {
        Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(Patience, TimeProvider.System, Cancel));
        return messages.Current;
    }
}

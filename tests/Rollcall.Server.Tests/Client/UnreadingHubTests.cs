using System.Text.Json;
using Rollcall.Client;

namespace Rollcall.Server.Tests.Client;

/// <summary>A hub that does not read holds nobody up for good.</summary>
public sealed class UnreadingHubTests : IDisposable
{
    /// <summary>More than the buffers between two ends take.</summary>
    private const int Length = 24 * 1024 * 1024;

    /// <summary>As long as a push may be, or nearly.</summary>
    private const int PushLength = 60 * 1024;

    private static readonly JsonElement Large = JsonElement.Parse($$"""{"text":"{{new string('x', PushLength)}}"}""");

    private readonly BareHub _hub = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task It_is_found_silent_while_a_push_hangs_and_the_socket_is_opened_again()
    {
        var (client, socket) = await _hub.Connect(options => options with { HeartbeatEvery = TimeSpan.FromSeconds(1) });
        await using var connection = client;
        var topic = connection.Join("session:a");
        await socket.AcceptJoin();
        await Heard(topic.Joined);
        var pushes = PushMuch(topic);
        await (await _hub.Accept()).AcceptJoin();
        foreach (var push in pushes)
        {
            await Assert.ThrowsAsync<ConnectionLostException>(() => Heard(push));
        }

        Assert.True(connection.Reconnects > 0);
    }

    [Fact]
    public async Task It_is_found_silent_while_a_join_hangs()
    {
        var (client, socket) = await _hub.Connect(options => options with { HeartbeatEvery = TimeSpan.FromSeconds(1) });
        await using var connection = client;
        await using var topic = connection.Join("sessions", new JoinOptions { Events = [new string('x', Length)] });
        socket.Drop();
        await _hub.Accept();
        await _hub.Accept();
    }

    [Fact]
    public async Task A_push_that_hangs_or_waits_for_its_turn_times_out_and_ends_nothing()
    {
        var (client, socket) = await _hub.Connect(options => options with { PushTimeout = TimeSpan.FromSeconds(3) });
        await using var connection = client;
        var topic = connection.Join("session:a");
        await socket.AcceptJoin();
        await Heard(topic.Joined);
        foreach (var push in PushMuch(topic).Append(topic.Push("never_sent", cancel: Cancel)).ToArray())
        {
            await Assert.ThrowsAsync<TimeoutException>(() => Heard(push));
        }

        var later = topic.Push("later", cancel: Cancel);
        var heard = await socket.Next();
        for (; heard[3].ValueEquals("output"); heard = await socket.Next())
        {
            Assert.Equal(PushLength, heard[4].GetProperty("text").GetString()!.Length);
        }

        Assert.Equal("later", heard[3].GetString());
        await socket.Answer(heard, """{"seq":12}""");
        Assert.Equal(12, await later);
        Assert.Equal(0, connection.Reconnects);
    }

    [Fact]
    public async Task A_topic_is_left_and_the_connection_ended_while_a_push_hangs()
    {
        var (connection, socket) = await _hub.Connect();
        var topic = connection.Join("session:a");
        var other = connection.Join("session:b");
        await socket.AcceptJoin();
        await socket.AcceptJoin();
        await Heard(Task.WhenAll(topic.Joined, other.Joined));
        var pushes = PushMuch(topic);
        var leave = other.Leave().AsTask();
        await Heard(connection.DisposeAsync().AsTask());
        await Heard(leave);
        foreach (var push in pushes)
        {
            await Assert.ThrowsAsync<ConnectionLostException>(() => Heard(push));
        }

        Assert.Equal(ConnectionState.Closed, connection.State);
    }

    [Fact]
    public async Task To_leave_a_topic_takes_no_longer_than_a_push()
    {
        var (client, socket) = await _hub.Connect(options => options with { PushTimeout = TimeSpan.FromMilliseconds(300) });
        await using var connection = client;
        var topic = connection.Join("session:a");
        await socket.AcceptJoin();
        await Heard(topic.Joined);
        await Assert.ThrowsAsync<TimeoutException>(() => Heard(Task.WhenAll(PushMuch(topic))));
        await Heard(topic.Leave().AsTask());
    }

    [Fact]
    public async Task Who_gives_up_is_told_so_by_the_token_that_was_given()
    {
        var (client, socket) = await _hub.Connect();
        await using var connection = client;
        var topic = connection.Join("session:a");
        await socket.AcceptJoin();
        await Heard(topic.Joined);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var push = topic.Push("cancel", cancel: cancel.Token);
        await socket.Next("cancel");
        var connect = RollcallConnection.Connect(new ConnectionOptions { Hub = _hub.Address }, cancel.Token);
        await cancel.CancelAsync();
        Assert.Equal(cancel.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Heard(push))).CancellationToken);
        Assert.Equal(cancel.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Heard(connect))).CancellationToken);
    }

    /// <summary>So many that one hangs half-way, and others wait for their turn.</summary>
    private static Task<long>[] PushMuch(TopicSubscription topic) =>
        [.. Enumerable.Range(0, Length / PushLength).Select(_ => topic.Push("output", Large, Cancel))];

    private static Task Heard(Task task) => task.WaitAsync(BareSocket.Patience());
}

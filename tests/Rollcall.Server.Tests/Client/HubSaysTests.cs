using Rollcall.Client;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Client;

/// <summary>What a hub may say, now and in later versions, and what the client makes of it.</summary>
public sealed class HubSaysTests : IDisposable
{
    private readonly BareHub _hub = new();

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task A_join_that_cannot_be_taken_now_is_sent_again_after_longer_and_longer_and_other_topics_go_on()
    {
        var (client, socket) = await _hub.Connect(options => options with { Random = new Longest() });
        await using var connection = client;
        await using var others = connection.Join("sessions");
        await socket.AcceptJoin();
        await others.Joined.WaitAsync(BareSocket.Patience());
        var began = TimeProvider.System.GetTimestamp();
        await using var topic = connection.Join("session:a");
        for (var i = 0; i < 6; i++)
        {
            await socket.Answer(await socket.Next(), """{"reason":"full","code":"unavailable","message":"The disk is full."}""", ok: false);
        }

        Assert.False(topic.Joined.IsCompleted);
        await socket.AcceptJoin();
        await topic.Joined.WaitAsync(BareSocket.Patience());
        // 20, 40, 80, 160, 320 and 640 ms.
        Assert.True(TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(1));
        Assert.Equal((0, 1), (connection.Reconnects, others.Waiting));
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("-1")]
    public async Task A_hub_that_says_to_have_been_back_already_is_asked_at_once(string milliseconds)
    {
        var (client, socket) = await _hub.Connect();
        await using var connection = client;
        await socket.Say($$"""[null,null,"phoenix","reconnect_after_ms",{"reconnect_after_ms":{{milliseconds}}}]""");
        await socket.Close();
        await _hub.Accept();
        await Hearing.Eventually(() => Task.FromResult(connection.Reconnects == 1));
    }

    [Theory]
    [InlineData("1e18")]
    [InlineData("1e999")]
    [InlineData("4294967296")]
    public async Task A_hub_that_says_to_be_away_for_ever_is_waited_for_until_the_program_ends_it(string milliseconds)
    {
        var (connection, socket) = await _hub.Connect();
        var topic = connection.Join("sessions");
        await socket.AcceptJoin();
        await topic.Joined.WaitAsync(BareSocket.Patience());
        await socket.Say($$"""[null,null,"phoenix","reconnect_after_ms",{"reconnect_after_ms":{{milliseconds}}}]""");
        await socket.Close();
        await Hearing.Eventually(() => Task.FromResult(connection.State == ConnectionState.Reconnecting));
        await connection.DisposeAsync();
        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Single(await Messages(topic));
    }

    [Theory]
    [InlineData(ConnectionState.Reconnecting)]
    [InlineData(ConnectionState.Open)]
    public async Task Whatever_else_ends_the_loop_ends_the_subscriptions_and_the_socket_with_it(ConnectionState when)
    {
        var (connection, socket) = await _hub.Connect();
        connection.StateChanged += state =>
        {
            if (state == when || state == ConnectionState.Closed)
            {
                throw new NotSupportedException($"{state}");
            }
        };
        var topic = connection.Join("sessions");
        await socket.AcceptJoin();
        await topic.Joined.WaitAsync(BareSocket.Patience());
        socket.Drop();
        if (when == ConnectionState.Open)
        {
            var next = await _hub.Accept();
            await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(next.Next);
        }

        var why = await Assert.ThrowsAsync<NotSupportedException>(() => Messages(topic));
        Assert.Equal($"{when}", why.Message);
        Assert.Equal(ConnectionState.Closed, connection.State);
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task An_event_that_this_version_does_not_know_moves_the_cursor_if_the_log_has_it()
    {
        var (client, socket) = await _hub.Connect();
        await using var connection = client;
        var topic = connection.Join("sessions");
        await socket.AcceptJoin();
        await socket.Say("""[null,null,"sessions","session_dreamt",{"seq":11}]""");
        await socket.Say("""[null,null,"sessions","session_dreamt",{"seq":0}]""");
        await socket.Say("""[null,null,"sessions","session_dreamt","of 12"]""");
        await socket.Close();
        var join = await (await _hub.Accept()).Next("phx_join");
        Assert.Equal(("e", 11), (join[4].GetProperty("epoch").GetString(), join[4].GetProperty("after").GetInt64()));
        await topic.Leave();
        Assert.Equal([10, 11, 11, 11], (await Messages(topic)).Select(message => message.Cursor!.After));
    }

    [Theory]
    [InlineData("sessions", "session_dreamt")]
    [InlineData("sessions", "phx_reply")]
    [InlineData("sessions", "resync")]
    [InlineData("phoenix", "reconnect_after_ms")]
    public async Task What_has_no_payload_is_passed_over(string topic, string name)
    {
        var (client, socket) = await _hub.Connect();
        await using var connection = client;
        var sessions = connection.Join("sessions");
        var join = await socket.Next("phx_join");
        var frame = $"[{join[0].GetRawText()},{join[1].GetRawText()},\"{topic}\",\"{name}\"]";
        await socket.Say(frame);
        await socket.Answer(join, BareSocket.Taken);
        await socket.Say(frame);
        await socket.Say($"[null,null,\"{topic}\",\"{name}\"]");
        await socket.Say("""[null,null,"sessions","session_dreamt",{"seq":11}]""");
        await Hearing.Eventually(() => Task.FromResult(sessions.Cursor?.After == 11));
        await sessions.Leave();
        Assert.Equal([10, 11], (await Messages(sessions)).Select(message => message.Cursor!.After));
        Assert.Equal((ConnectionState.Open, 0), (connection.State, connection.Reconnects));
    }

    private static async Task<List<TopicMessage>> Messages(TopicSubscription topic)
    {
        List<TopicMessage> heard = [];
        await foreach (var message in topic.Messages(BareSocket.Patience()))
        {
            heard.Add(message);
        }

        return heard;
    }
}

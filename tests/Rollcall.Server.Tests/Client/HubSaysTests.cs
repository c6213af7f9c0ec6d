using System.Text.Json;
using Rollcall.Client;
using Rollcall.Protocol;
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

    [Fact]
    public async Task A_message_that_takes_longer_than_the_silence_that_is_allowed_arrives()
    {
        var (client, socket) = await _hub.Connect(options => options with { HeartbeatEvery = TimeSpan.FromSeconds(1) });
        await using var connection = client;
        await using var topic = connection.Join("sessions");
        var join = await socket.Next("phx_join");
        await socket.SayPart($$"""[{{join[0].GetRawText()}},{{join[1].GetRawText()}},"sessions","phx_reply",{"status":"ok","response":{{BareSocket.Taken}}""", last: false);
        for (var i = 0; i < 35; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, BareSocket.Patience());
            await socket.SayPart(" ", last: false);
        }

        await socket.SayPart("}]", last: true);
        await topic.Joined.WaitAsync(BareSocket.Patience());
        Assert.Equal(0, connection.Reconnects);
    }

    [Fact]
    public async Task A_push_that_would_end_the_socket_is_refused_and_not_sent_and_one_that_just_fits_is()
    {
        var (client, socket) = await _hub.Connect();
        await using var connection = client;
        var topic = connection.Join("session:a");
        await socket.AcceptJoin();
        await topic.Joined.WaitAsync(BareSocket.Patience());
        var pushed = topic.Push("send_message", Text(1), TestContext.Current.CancellationToken);
        var around = (await socket.Next()).GetRawText().Length - 1;
        var refused = await Assert.ThrowsAsync<RefusedException>(() =>
            topic.Push("send_message", Text(Wire.MaxMessageBytes - around + 1), TestContext.Current.CancellationToken).WaitAsync(BareSocket.Patience()));
        Assert.Equal(ErrorCodes.TooLarge, refused.Code);
        var fits = topic.Push("send_message", Text(Wire.MaxMessageBytes - around), TestContext.Current.CancellationToken);
        var frame = await socket.Next();
        Assert.Equal(Wire.MaxMessageBytes, frame.GetRawText().Length);
        await socket.Answer(frame, "{}");
        await fits.WaitAsync(BareSocket.Patience());
        Assert.Equal((ConnectionState.Open, 0, false), (connection.State, connection.Reconnects, pushed.IsCompleted));

        static JsonElement Text(int length) => JsonElement.Parse($$"""{"text":"{{new string('x', length)}}"}""");
    }

    [Fact]
    public async Task What_is_pushed_has_as_many_bytes_as_its_letters()
    {
        var (client, socket) = await _hub.Connect();
        await using var connection = client;
        var topic = connection.Join("session:a");
        await socket.AcceptJoin();
        await topic.Joined.WaitAsync(BareSocket.Patience());
        _ = topic.Report(new AppendOutput { Text = "Größe: 你好 <&>" }, TestContext.Current.CancellationToken);
        Assert.Contains("\"Größe: 你好 <&>\"", (await socket.Next()).GetRawText(), StringComparison.Ordinal);
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

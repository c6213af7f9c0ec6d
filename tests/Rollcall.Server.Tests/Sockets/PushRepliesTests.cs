using System.Globalization;
using System.Text.Json;
using Rollcall.Protocol;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>Replies to what is pushed on one topic: in its order, and not more of them waiting than the hub can bear.</summary>
public sealed class PushRepliesTests : IAsyncLifetime
{
    private const string Name = "session:a";

    private TestHub _hub = null!;
    private WireClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        await _hub.Post("/api/v1/sessions", new { id = "a" });
        _client = await WireClient.Open(_hub.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _hub.DisposeAsync();
    }

    /// <summary>Some take until they are durable, some are told to somebody, and some are refused at once.</summary>
    [Theory]
    [InlineData("owner")]
    [InlineData(null)]
    public async Task They_come_in_the_order_of_the_pushes_and_before_that_to_a_leave(string? role)
    {
        const int rounds = 50;
        string[] round =
        [
            """ "output",{"text":"x"} """, """ "status",{"status":"no_such"} """, """ "send_message",{"text":"x"} """,
            """ "output",{"text":"x"} """, """ "output",[1] """, """ "output",{"text":"x"} """, """ "no_such",{} """,
        ];
        var pushes = rounds * round.Length;
        await _client.Send([[
            .. Join(role), .. Enumerable.Range(0, pushes).SelectMany(i => Push(i, round[i % round.Length])), .. Push(pushes, """ "phx_leave",{} """),
        ]]);

        Assert.Equal(Enumerable.Range(-1, pushes + 2), (await Replies(pushes + 2)).Select(reply => reply.Ref));
    }

    /// <summary>The hub says no more behind its own close.</summary>
    [Fact]
    public async Task They_come_before_the_answer_to_a_close()
    {
        const int pushes = 800;
        await _client.Send([[
            .. Join("owner"), .. Enumerable.Range(0, pushes).SelectMany(i => Push(i, """ "output",{"text":"x"} """)), .. ClientFrame.Close(1000),
        ]]);

        Assert.Equal(Enumerable.Range(-1, pushes + 1), (await Replies(pushes + 1)).Select(reply => reply.Ref));
        Assert.Equal("close 1000", (await _client.Read())!.Words);
    }

    [Fact]
    public async Task They_come_before_that_to_a_join_that_is_refused()
    {
        using (await HeldWriter.By(_hub.Hub, new UpdateSession { SessionId = "a", Name = "held" }))
        {
            await _client.Send([[.. Join(null), .. Push(0, """ "send_message",{"text":"x"} """), .. WrongJoin(1), .. Push(2, """ "cancel",[] """)]]);
            await Whereabouts.Pause();
        }

        Assert.Equal([-1, 0, 1, 2], (await Replies(4)).Select(reply => reply.Ref));
    }

    [Fact]
    public async Task They_come_before_the_answer_to_a_close_behind_a_join_that_is_refused()
    {
        const int pushes = 50;
        await _client.Send([[
            .. Join("owner"), .. Enumerable.Range(0, pushes).SelectMany(i => Push(i, """ "output",{"text":"x"} """)), .. WrongJoin(pushes), .. ClientFrame.Close(1000),
        ]]);

        Assert.Equal(Enumerable.Range(-1, pushes + 2), (await Replies(pushes + 2)).Select(reply => reply.Ref));
    }

    /// <summary>What it did is durable; that it did it is not written down.</summary>
    [Fact]
    public async Task Whoever_pushed_what_fails_behind_its_effect_is_answered_and_whoever_pushed_behind_it()
    {
        _hub.Sql("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'a bad sector'); END");
        await _client.Send([[.. Join("owner"), .. Push(0, """ "status",{"status":"terminating"} """), .. Push(1, """ "cancel",{} """)]]);

        Assert.Equal([(-1, null), (0, "unavailable"), (1, null)], await Replies(3));
        Assert.Equal("terminating", (await _hub.Get("/api/v1/sessions/a"))["status"]);
    }

    /// <summary>Not even what is refused at once, because it would wait for the answers to what was pushed before.</summary>
    [Fact]
    public async Task While_too_many_are_due_nothing_more_is_read()
    {
        const int pushes = 2500;
        var much = Push(1, $$""" "no_such",{"x":"{{new string('x', 20_000)}}"} """);
        Task sending;
        using (await HeldWriter.By(_hub.Hub, new UpdateSession { SessionId = "a", Name = "held" }))
        {
            await _client.Send([[.. Join(null), .. Push(0, """ "send_message",{"text":"x"} """)]]);
            sending = Task.Run(
                async () =>
                {
                    for (var i = 0; i < pushes; i++)
                    {
                        await _client.Send([much]);
                    }
                },
                TestContext.Current.CancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.False(sending.IsCompleted);
        }

        Assert.Equal([-1, 0, .. Enumerable.Repeat(1, pushes)], (await Replies(pushes + 2)).Select(reply => reply.Ref));
        await sending;
    }

    /// <summary>The last of them wait to be given to the hub together with more.</summary>
    [Fact]
    public async Task More_than_may_be_due_are_answered_all_the_same()
    {
        const int pushes = 1500;
        await _client.Send([Join("owner")]);
        await Replies(1);
        using (await HeldWriter.By(_hub.Hub, new UpdateSession { SessionId = "a", Name = "held" }))
        {
            await _client.Send([[
                .. Push(0, """ "send_message",{"text":"x"} """), .. Enumerable.Range(1, pushes).SelectMany(i => Push(i, """ "output",{"text":"x"} """)),
            ]]);
            await Hearing.Eventually(() => Task.FromResult(_hub.Hub.Waiting >= 17));
        }

        Assert.Equal(Enumerable.Range(0, pushes + 1), (await Replies(pushes + 1)).Select(reply => reply.Ref));
    }

    private static byte[] Join(string? role) => ClientFrame.Text(
        $$"""["1","-1","{{Name}}","phx_join",{"role":{{JsonSerializer.Serialize(role)}},"snapshot":false,"events":["error"]}]""");

    private static byte[] WrongJoin(int reference) => ClientFrame.Text($"""["2","{reference}","{Name}","phx_join",[1]]""");

    private static byte[] Push(int reference, string what) => ClientFrame.Text($"""["1","{reference}","{Name}",{what}]""");

    /// <summary>So many replies, each with what it refuses by.</summary>
    private async Task<List<(int Ref, string? Code)>> Replies(int number)
    {
        List<(int, string?)> replies = [];
        while (replies.Count < number)
        {
            using var frame = JsonDocument.Parse((await _client.Read())!.Payload);
            if (frame.RootElement[3].ValueEquals("phx_reply"))
            {
                var response = frame.RootElement[4].GetProperty("response");
                replies.Add((
                    int.Parse(frame.RootElement[1].GetString()!, CultureInfo.InvariantCulture),
                    response.TryGetProperty("code", out var code) ? code.GetString() : null));
            }
        }

        return replies;
    }
}

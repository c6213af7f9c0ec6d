using System.Text.Json;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>What a session's owner hears of what people say to it: in one order, by whichever way it was said, and never other than the hub.</summary>
public sealed class WordsForOwnersTests : IAsyncLifetime
{
    private const string Topic = "session:a";

    /// <summary>Nearly as long as a message may be.</summary>
    private static readonly string Long = new('x', 60_000);

    private TestHub _hub = null!;
    private RawSocket _owner = null!;
    private RawSocket _watcher = null!;

    public async ValueTask InitializeAsync()
    {
        // By a clock that stands, nobody is closed for reading too slowly.
        _hub = await TestHub.Start(time: new TestClock());
        await _hub.Post("/api/v1/sessions", new { id = "a" });
        _owner = await RawSocket.Open(_hub);
        await _owner.Join(Topic, new { role = "owner", snapshot = false, events = new[] { "error" } });
        _watcher = await RawSocket.Open(_hub);
        await _watcher.Join(Topic, new { snapshot = false, events = new[] { "error" } });
    }

    public async ValueTask DisposeAsync()
    {
        _owner.Dispose();
        _watcher.Dispose();
        await _hub.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"text":"x","images":5,"config":"c"}""", "images must be an array; config must be an object")]
    [InlineData("""{"images":{}}""", "text is required and must be a string; images must be an array")]
    [InlineData("""{"text":"x","config":[]}""", "config must be an object")]
    public async Task Images_and_config_of_a_message_are_what_they_are_to_be(string message, string refusal)
    {
        var payload = JsonElement.Parse(message);
        var reply = await _watcher.Push(Topic, "send_message", payload);

        Assert.Equal(refusal, reply.GetProperty("response").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Images_and_config_that_are_right_or_null_are_handed_on_as_they_are()
    {
        await _watcher.Push(Topic, "send_message", JsonElement.Parse("""{"text":"x","images":[5],"config":{"a":1}}"""));
        await _watcher.Push(Topic, "send_message", JsonElement.Parse("""{"text":"y","images":null,"config":null}"""));

        Assert.Equal(["send_message", "send_message"], (await Heard(2)).Select(word => word.Name));
    }

    [Fact]
    public async Task Words_that_were_pushed_together_are_heard_in_their_order()
    {
        string[] round = ["resume", "send_message", "pause", "cancel"];
        var said = Enumerable.Range(0, 200).Select(i => round[i % 4]).ToArray();
        using var client = await WireClient.Open(_hub.Address);
        await client.Send([[
            .. ClientFrame.Text($$"""["1","0","{{Topic}}","phx_join",{"snapshot":false}]"""),
            .. said.SelectMany((name, i) => ClientFrame.Text($$"""["1","{{i + 1}}","{{Topic}}","{{name}}",{"text":"{{i}}"}]""")),
        ]]);

        Assert.Equal(said, (await Heard(said.Length)).Select(word => word.Name));
    }

    [Fact]
    public async Task The_last_of_many_pauses_and_resumes_is_what_the_hub_has()
    {
        var said = Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? "pause" : "resume").ToArray();
        using var client = await WireClient.Open(_hub.Address);
        await client.Send([[
            .. ClientFrame.Text($$"""["1","0","{{Topic}}","phx_join",{"snapshot":false}]"""),
            .. said.SelectMany((name, i) => ClientFrame.Text($$"""["1","{{i + 1}}","{{Topic}}","{{name}}",{}]""")),
        ]]);

        Assert.Equal(said, (await Heard(said.Length)).Select(word => word.Name));
        Assert.Equal("False", (await _hub.Get("/api/v1/sessions/a"))["is_paused"]);
    }

    [Fact]
    public async Task A_pause_is_heard_by_whichever_way_it_came()
    {
        await _watcher.Push(Topic, "pause", new { });
        await _hub.Post("/api/v1/sessions/a/resume");
        await _hub.Post("/api/v1/commands", """[{"type":"pause","session_id":"a"},{"type":"resume","session_id":"a"},{"type":"pause","session_id":"a"}]""");
        await _hub.Post("/api/v1/fleet/pause");
        await _hub.Post("/api/v1/fleet/resume");

        Assert.Equal(
            ["pause{}", "resume{}", "pause{}", "resume{}", "pause{}", "pause{}", "resume{}"],
            (await Heard(7)).Select(word => word.Name + word.Payload));
    }

    [Fact]
    public async Task A_request_that_is_repeated_tells_the_owner_nothing_and_a_new_life_that_its_pause_is_over()
    {
        await _hub.Post("/api/v1/sessions/a/pause", null, null, ("Idempotency-Key", "once"));
        await _hub.Post("/api/v1/sessions/a/resume");
        await _hub.Post("/api/v1/sessions/a/pause", null, null, ("Idempotency-Key", "once"));
        await _hub.Hub.Submit(new PauseSession { SessionId = "a" });
        await _hub.Hub.Submit(new TerminateSession { SessionId = "a" });
        await _hub.Hub.Submit(new CreateSession { SessionId = "a", Revive = true });
        await _watcher.Push(Topic, "deny", new { });

        Assert.Equal(["pause", "resume", "pause", "resume", "deny"], (await Heard(5)).Select(word => word.Name));
    }

    [Fact]
    public async Task What_is_said_while_an_owner_joins_is_heard_behind_the_reply_to_its_join_and_by_none_but_it()
    {
        using var joining = await WireClient.Open(_hub.Address);
        Task<Answer> said;
        using (await HeldWriter.By(_hub.Hub, new UpdateSession { SessionId = "a", Name = "held" }))
        {
            await joining.Send([ClientFrame.Text($$"""["1","join","{{Topic}}","phx_join",{"role":"owner","snapshot":false,"events":["error"]}]""")]);
            await Hearing.Eventually(() => Task.FromResult(_hub.Hub.Waiting == 1));
            said = _hub.Post("/api/v1/sessions/a/messages", new { text = "hi" });
            await Hearing.Eventually(() => Task.FromResult(_hub.Hub.Waiting == 2));
        }

        Assert.Equal(202, (await said).Status);
        Assert.Equal("phx_close", Assert.Single(await Heard(1)).Name);
        Assert.Equal(["phx_reply", "send_message"], [await NextName(), await NextName()]);

        async Task<string> NextName()
        {
            using var frame = JsonDocument.Parse((await joining.Read())!.Payload);
            return frame.RootElement[3].GetString()!;
        }
    }

    [Fact]
    public async Task A_join_as_owner_and_a_leave_that_cannot_be_stored_are_answered_with_it()
    {
        using var joining = await RawSocket.Open(_hub);
        _hub.Sql("CREATE TRIGGER broken BEFORE UPDATE OF lease_seconds ON sessions BEGIN SELECT RAISE(ABORT, 'a bad sector'); END");

        var refused = await joining.Join(Topic, new { role = "owner" });
        Assert.Equal("unavailable", refused.GetProperty("response").GetProperty("code").GetString());
        Assert.Equal("True", (await _hub.Get("/api/v1/sessions/a/owner"))["owned"]);

        // It is not closed, so that clients ask again.
        await joining.Say("phoenix", "heartbeat", new { });
        Assert.Contains("phx_reply", await joining.Next(), StringComparison.Ordinal);

        var left = await _owner.Push(Topic, "phx_leave", new { });
        Assert.Equal("unavailable", left.GetProperty("response").GetProperty("code").GetString());
        Assert.Equal("False", (await _hub.Get("/api/v1/sessions/a/owner"))["owned"]);

        _hub.Sql("DROP TRIGGER broken");
        Assert.Equal("ok", (await joining.Join(Topic, new { role = "owner" })).GetProperty("status").GetString());
        Assert.Equal("ok", (await joining.Join(Topic, new { role = "owner" })).GetProperty("status").GetString());
        Assert.Equal("True", (await _hub.Get("/api/v1/sessions/a/owner"))["owned"]);
    }

    [Fact]
    public async Task What_is_said_to_the_owner_of_a_session_that_has_ended_is_refused_by_either_way()
    {
        await _hub.Hub.Submit(new TerminateSession { SessionId = "a" });

        foreach (var name in new[] { "send_message", "cancel", "approve", "deny", "pause", "resume" })
        {
            Assert.Equal("conflict session a has ended", await Refusal(name));
        }

        Assert.Equal((409, "conflict"), await Status("messages"));
        Assert.Equal((409, "conflict"), await Status("cancel"));
    }

    [Fact]
    public async Task An_owner_that_does_not_read_takes_no_more_and_still_hears_the_last_pause()
    {
        const string busy = "unavailable the owner of session a does not take more at the moment";
        for (var refused = 0; refused < 50;)
        {
            refused = await Refusal("send_message") is null ? 0 : refused + 1;
        }

        Assert.Equal(busy, await Refusal("approve"));
        Assert.Equal((503, "unavailable"), await Status("messages"));
        foreach (var name in new[] { "pause", "resume", "pause", "resume", "pause" })
        {
            Assert.Null(await Refusal(name));
        }

        Assert.Equal("True", (await _hub.Get("/api/v1/sessions/a"))["is_paused"]);
        var reading = HeardUntil("deny");
        while (await Refusal("deny") is not null)
        {
            // It has not read enough yet.
        }

        Assert.Equal("pause", (await reading).Last(word => word.Name is "pause" or "resume").Name);
    }

    /// <summary>Why a push is refused: the code and the message; null when it is not.</summary>
    private async Task<string?> Refusal(string name)
    {
        var answer = await _watcher.Push(Topic, name, new { text = name == "send_message" ? Long : "" });
        var response = answer.GetProperty("response");
        return answer.GetProperty("status").ValueEquals("ok") ? null : $"{response.GetProperty("code")} {response.GetProperty("message")}";
    }

    private async Task<(int, string?)> Status(string route)
    {
        var answer = await _hub.Post($"/api/v1/sessions/a/{route}", new { text = "hi" });
        return (answer.Status, answer.Code);
    }

    private Task<List<(string Name, string Payload)>> Heard(int words) => HeardUntil(heard => heard.Count == words);

    private Task<List<(string Name, string Payload)>> HeardUntil(string name) => HeardUntil(heard => heard.Count > 0 && heard[^1].Name == name);

    private async Task<List<(string Name, string Payload)>> HeardUntil(Func<List<(string Name, string Payload)>, bool> enough)
    {
        var heard = new List<(string Name, string Payload)>();
        while (!enough(heard))
        {
            using var frame = JsonDocument.Parse(await _owner.Next() ?? throw new EndOfStreamException("the hub closed the owner's socket"));
            heard.Add((frame.RootElement[3].GetString()!, frame.RootElement[4].GetRawText()));
        }

        return heard;
    }
}

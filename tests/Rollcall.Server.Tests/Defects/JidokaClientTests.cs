using System.Text.Json;
using Rollcall.Core.Tests;
using Rollcall.Server.Tests.Sockets;

namespace Rollcall.Server.Tests.Defects;

/// <summary>What went wrong in Jidoka, as its own subscribers meet it here.</summary>
public sealed class JidokaClientTests
{
    private const string All = "jido.client.events";

    [Fact]
    public async Task Jido_a_failed_start_was_told_to_no_subscriber_ours_hears_its_birth_and_its_end()
    {
        await using var hub = await TestHub.Start();
        using var socket = await RawSocket.Open(hub);
        await socket.Join(All);
        await hub.Post("/api/v1/commands", """
            [{"type":"create","session_id":"a"},{"type":"terminate","session_id":"a","reason":"crashed","error":"no such model"}]
            """);
        Assert.Equal(
            ["active<initializing", "session_created", "terminating<active no such model", "terminated<terminating no such model", "session_terminated"],
            await Heard(socket, 5));
    }

    [Fact]
    public async Task Jido_its_time_out_was_never_enforced_a_lease_that_lapses_is_told_to_its_subscribers()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await hub.Post("/api/v1/sessions", new { id = "a", lease_seconds = 10 });
        using var socket = await RawSocket.Open(hub);
        await socket.Join(All);
        clock.Advance(TimeSpan.FromSeconds(11));
        await Hearing.Eventually(async () => (await hub.Get("/api/v1/sessions/a"))["status"] == "terminated");
        Assert.Equal(["terminating<active", "terminated<terminating", "session_terminated"], (await Heard(socket, 3)).Select(heard => heard.Split(' ')[0]));
    }

    [Fact]
    public async Task Jido_its_documents_named_a_topic_without_any_status_its_sessions_topic_has_each_once()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        using var socket = await RawSocket.Open(hub);
        await socket.Join(All);
        await socket.Join("jido.client.session.a");
        await hub.Post("/api/v1/sessions/a/status", new { status = "idle" });
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/a");
        Assert.Equal(
            ["idle<active", "idle<active", "terminating<idle", "terminating<idle", "terminated<terminating", "terminated<terminating", "session_terminated"],
            await Heard(socket, 7));
    }

    /// <summary>The next messages: a change of status as <c>now&lt;before error</c>, any other by its name.</summary>
    private static async Task<List<string>> Heard(RawSocket socket, int count)
    {
        List<string> heard = [];
        while (heard.Count < count)
        {
            using var frame = JsonDocument.Parse((await socket.Next())!);
            var (name, payload) = (frame.RootElement[3].GetString()!, frame.RootElement[4]);
            heard.Add(name != "session_status" ? name
                : $"{payload.GetProperty("status")}<{payload.GetProperty("previous_status")}{(payload.TryGetProperty("error", out var error) ? $" {error}" : "")}");
        }

        return heard;
    }
}

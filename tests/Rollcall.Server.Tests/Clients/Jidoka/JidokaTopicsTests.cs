using System.Buffers;
using Rollcall.Core.Fanout;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Clients.Jidoka;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Security;
using Rollcall.Server.Tests.Sockets;

namespace Rollcall.Server.Tests.Clients.Jidoka;

/// <summary>Jidoka's topics stand on the hub's own, and tell only what its own table of statuses allows.</summary>
public sealed class JidokaTopicsTests
{
    /// <summary>Which status may follow which in Jidoka.</summary>
    private static readonly HashSet<(string, string)> Legal =
    [
        ("initializing", "active"), ("initializing", "terminated"), ("active", "idle"), ("active", "terminating"), ("idle", "active"),
        ("idle", "terminating"), ("terminating", "terminated"),
    ];

    [Fact]
    public async Task Its_topics_are_joined_by_exactly_whom_the_table_names()
    {
        var walk = new AccessWalk();
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: walk.Keys);
        await hub.Post("/api/v1/sessions", new { id = AccessWalk.Session, project = AccessWalk.OwnProject }, hub.Client(walk.Everything));
        foreach (var visitor in walk.Visitors.Where(visitor => visitor.IsKnown))
        {
            using var socket = await RawSocket.Open(hub, visitor.Credential);
            foreach (var (name, kind) in new[] { ("jido.client.events", TopicKind.Sessions), ($"jido.client.session.{AccessWalk.Session}", TopicKind.Session) })
            {
                var foreign = kind == TopicKind.Session && visitor.IsForeign;
                var refused = foreign || visitor.Expect(AccessTable.Topic(kind, owner: false)!) is not null;
                Assert.Equal(refused ? "error" : "ok", (await socket.Join(name)).GetProperty("status").GetString());
            }
        }
    }

    [Fact]
    public async Task A_push_on_its_topic_of_a_session_is_the_hubs_own()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        using var socket = await RawSocket.Open(hub);
        await socket.Join("jido.client.session.a");
        Assert.Equal("ok", (await socket.Push("jido.client.session.a", "pause", new { })).GetProperty("status").GetString());
        Assert.Equal("no_owner", (await socket.Push("jido.client.session.a", "send_message", new { text = "hi" })).GetProperty("response").GetProperty("code").GetString());
        Assert.Equal("True", (await hub.Get("/api/v1/sessions/a"))["is_paused"]);
    }

    [Fact]
    public void Jido_a_crash_was_forbidden_by_its_table_every_transition_that_its_subscribers_are_told_is_in_it()
    {
        var statuses = Enum.GetValues<SessionStatus>();
        foreach (var topic in new[] { "sessions", "session:a" })
        {
            foreach (var from in statuses)
            {
                foreach (var to in statuses.Where(to => StatusTable.Allows(from, to)))
                {
                    // A session leaves its first status in the step that creates it, to these two only.
                    if (from == SessionStatus.Initializing && to is not (SessionStatus.Active or SessionStatus.Idle))
                    {
                        continue;
                    }

                    var told = Told(topic, new SessionStatusChanged { SessionId = "a", Status = to, PreviousStatus = from });
                    Assert.All(told, change => Assert.Contains(change, Legal));
                }
            }
        }
    }

    [Fact]
    public void A_life_that_begins_idle_is_told_by_the_steps_of_its_table()
    {
        var born = new SessionCreated { SessionId = "a", Session = new SessionView { Id = "a" } };
        var idle = new SessionStatusChanged { SessionId = "a", Status = SessionStatus.Idle, PreviousStatus = SessionStatus.Initializing };
        Assert.Equal([("initializing", "active"), ("active", "idle")], [.. Told("sessions", born), .. Told("sessions", idle)]);
        Assert.Equal([("initializing", "active"), ("active", "idle")], Told("session:a", idle));
    }

    private static List<(string, string)> Told(string topic, HubEvent happened)
    {
        var frames = new ArrayBufferWriter<byte>();
        JidokaCodec.Instance.WriteEvent(frames, Topic.Parse(topic)!, new Publication(1, happened.EventName, "a", null, EventNames.Payload(happened)));
        return [.. Texts.Of([frames.WrittenMemory]).Where(frame => frame[3].ValueEquals("session_status"))
            .Select(frame => (frame[4].GetProperty("previous_status").GetString()!, frame[4].GetProperty("status").GetString()!))];
    }
}

using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Sockets;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>An owner that joins its session again on the same connection, as the official client does when a join was not answered in time.</summary>
public sealed partial class RejoiningOwnerTests : IAsyncLifetime
{
    private const string Name = "session:a";

    private readonly TestClock _clock = new();
    private TestHub _hub = null!;
    private WireClient _owner = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(time: _clock);
        await _hub.Post("/api/v1/sessions", new { id = "a" });
        _owner = await WireClient.Open(_hub.Address);
        await Join("1");
        Assert.Equal(("1", "phx_reply"), await Next());
    }

    public async ValueTask DisposeAsync()
    {
        _owner.Dispose();
        await _hub.DisposeAsync();
    }

    /// <summary>Its client takes nothing any more that names the join before.</summary>
    [Fact]
    public async Task What_is_said_meanwhile_is_heard_behind_the_reply_to_the_new_join()
    {
        Task<Answer>[] said;

        // The pause is decided before the join, and told behind it.
        using (await HeldWriter.By(_hub.Hub, new PauseSession { SessionId = "a" }))
        {
            said = [_hub.Post("/api/v1/sessions/a/messages", new { text = "before" })];
            await Waiting(1);
            await Join("2");
            await Waiting(2);
            said = [.. said, _hub.Post("/api/v1/sessions/a/resume")];
            await Waiting(3);
        }

        Assert.Equal([202, 200], (await Task.WhenAll(said)).Select(answer => answer.Status));
        Assert.Equal([("2", "phx_reply"), ("1", "phx_close"), ("2", "pause"), ("2", "send_message"), ("2", "resume")], await Heard());
    }

    /// <summary>With it goes more than what may wait for an owner that does not read.</summary>
    [Fact]
    public async Task What_is_said_meanwhile_is_heard_behind_a_large_state_too()
    {
        for (var i = 0; i < 8; i++)
        {
            await _hub.Hub.Submit(new AppendOutput { SessionId = "a", Text = new string('x', 50_000) });
        }

        using (await HeldWriter.By(_hub.Hub, new PauseSession { SessionId = "a" }))
        {
            await Join("2", snapshot: true);
            await Waiting(1);
        }

        Assert.Equal([("2", "phx_reply"), ("1", "phx_close"), ("2", "pause")], await Heard());
    }

    [Fact]
    public async Task Who_was_replaced_by_another_meanwhile_is_told_so_once()
    {
        using var other = await RawSocket.Open(_hub);
        await other.Join(Name, new { role = "owner" });
        await Join("2");
        await Join("3");
        Assert.Equal([("1", "phx_close"), ("2", "phx_reply"), ("3", "phx_reply"), ("2", "phx_close")], await Heard());
        Assert.Equal("True", (await _hub.Get("/api/v1/sessions/a/owner"))["owned"]);
    }

    [Fact]
    public async Task Who_is_refused_owns_nothing_any_more_and_has_its_grace()
    {
        _hub.Sql("CREATE TRIGGER broken BEFORE UPDATE OF lease_seconds ON sessions BEGIN SELECT RAISE(ABORT, 'a bad sector'); END");
        await Join("2");
        await Hearing.Eventually(async () => (await _hub.Get("/api/v1/sessions/a/owner"))["owned"] == "False");
        _hub.Sql("DROP TRIGGER broken");
        await HasItsGrace();
    }

    /// <summary>Its client, too, has forgotten the join before.</summary>
    [Theory]
    [InlineData("""{"role":"owner","after":"x"}""")]
    [InlineData("[1]")]
    public async Task Whose_join_is_none_owns_nothing_any_more_and_has_its_grace(string payload)
    {
        await _owner.Send([ClientFrame.Text($"""["2","2","{Name}","phx_join",{payload}]""")]);
        Assert.Equal([("2", "phx_reply"), ("2", "phx_close"), ("1", "phx_close")], await Heard());
        await HasItsGrace();
    }

    [Fact]
    public async Task Whose_state_cannot_be_read_owns_nothing_any_more_and_has_its_grace()
    {
        // Of one that has said something, which is in its state.
        await _hub.Post("/api/v1/sessions/a/output", new { text = "said" });
        _hub.Sql("ALTER TABLE events RENAME TO gone");
        await Join("2", snapshot: true);
        await Hearing.Eventually(async () => (await _hub.Get("/api/v1/sessions/a/owner"))["owned"] == "False");
        _hub.Sql("ALTER TABLE gone RENAME TO events");
        await HasItsGrace();
    }

    [Fact]
    public async Task Not_more_is_kept_for_it_than_may_wait_for_one_that_does_not_read_but_the_last_pause_or_resume()
    {
        var (client, transport) = await DirectPair.Open();
        using var connected = client;
        var outlet = _hub.Hub.Fanout.Open(transport, PhoenixCodec.Instance);
        var (before, after) = (Owner(outlet, "1"), Owner(outlet, "2"));
        before.Keep();

        var words = 0;
        for (; before.Tell("cancel", "{}"u8.ToArray()); words++)
        {
        }

        Assert.InRange(words, 500, 2000);
        Assert.False(before.Tell("send_message", new byte[60_000]));
        Assert.All(Enumerable.Range(0, 2001), i => Assert.True(before.Tell(i % 2 == 0 ? "pause" : "resume", "{}"u8.ToArray())));

        // What was taken goes out, also where no more would be taken now.
        var filler = new byte[16 * 1024 * 1024];
        outlet.Send(filler);
        await Hearing.Eventually(() => Task.FromResult(client.Available > 0));
        outlet.Send(filler.AsMemory(0, 300 * 1024));
        Assert.False(outlet.TrySend("more"u8.ToArray()));
        after.TakeOver(before);
        await client.ReceiveAsync(filler, SocketFlags.None, TestContext.Current.CancellationToken);
        var heard = new StringBuilder();
        while (!heard.ToString(Math.Max(0, heard.Length - 40), Math.Min(40, heard.Length)).Contains("pause", StringComparison.Ordinal))
        {
            var read = await client.ReceiveAsync(filler, SocketFlags.None, TestContext.Current.CancellationToken);
            heard.Append(Encoding.UTF8.GetString(filler.AsSpan(0, read).Trim((byte)0)));
        }

        Assert.Equal(words, heard.ToString().Split("cancel").Length - 1);
        Assert.Single(heard.ToString().Split("pause").Skip(1));
        Assert.DoesNotContain("resume", heard.ToString(), StringComparison.Ordinal);
        transport.Abort();
    }

    /// <summary>There is room again while the pause still waits.</summary>
    [Fact]
    public async Task A_pause_that_waits_becomes_no_resume_when_something_was_said_behind_it()
    {
        var (client, transport) = await DirectPair.Open();
        using var connected = client;
        var outlet = _hub.Hub.Fanout.Open(transport, PhoenixCodec.Instance);
        var owner = Owner(outlet, "1");
        var received = new byte[16 * 1024 * 1024];
        outlet.Send(received);
        await Hearing.Eventually(() => Task.FromResult(client.Available > 0));
        outlet.Send(received.AsMemory(0, 300 * 1024));
        var taken = false;
        outlet.Send(() =>
        {
            taken = owner.Tell("send_message", "{}"u8.ToArray()) && owner.Tell("resume", "{}"u8.ToArray());
            return [];
        });

        Assert.False(owner.Tell("send_message", "{}"u8.ToArray()));
        Assert.True(owner.Tell("resume", "{}"u8.ToArray()));
        Assert.True(owner.Tell("pause", "{}"u8.ToArray()));
        var heard = "";
        while (!heard.Contains("send_message", StringComparison.Ordinal) || !heard.Contains("resume", StringComparison.Ordinal))
        {
            var read = await client.ReceiveAsync(received, SocketFlags.None, TestContext.Current.CancellationToken);
            heard += Encoding.UTF8.GetString(received.AsSpan(0, read).Trim((byte)0));
        }

        Assert.True(taken);
        Assert.Equal(["pause", "send_message", "resume"], Word().Matches(heard).Select(word => word.Value));
        transport.Abort();
    }

    [GeneratedRegex("pause|resume|send_message")]
    private static partial Regex Word();

    private PhoenixOwner Owner(Outlet outlet, string joinRef) => new(outlet, new PhoenixChannel(Name, _hub.Hub.Fanout.Attach(
        outlet, new Selection([new Topic(Name, TopicKind.Session, "a")], null, null), PhoenixCodec.Instance, joinRef, null).Subscription));

    private async Task HasItsGrace()
    {
        Assert.Equal("False", (await _hub.Get("/api/v1/sessions/a/owner"))["owned"]);
        Assert.Equal("active", (await _hub.Get("/api/v1/sessions/a"))["status"]);
        await _hub.Hub.Settle(TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(31));
        await Hearing.Eventually(async () => (await _hub.Get("/api/v1/sessions/a"))["status"] == "terminated");
    }

    private Task Waiting(int submissions) => Hearing.Eventually(() => Task.FromResult(_hub.Hub.Waiting == submissions));

    private Task Join(string joinRef, bool snapshot = false) => _owner.Send([ClientFrame.Text(
        $$"""["{{joinRef}}","{{joinRef}}","{{Name}}","phx_join",{"role":"owner","snapshot":{{(snapshot ? "true" : "false")}},"events":["error"]}]""")]);

    /// <summary>All that was sent so far: of each the join that it names, and what it is.</summary>
    private async Task<List<(string?, string?)>> Heard()
    {
        await _hub.Hub.Settle(TestContext.Current.CancellationToken);
        await _owner.Send([ClientFrame.Text("""["end","end","phoenix","heartbeat",{}]""")]);
        List<(string?, string?)> heard = [];
        while (await Next() is var next && next.About != null)
        {
            heard.Add(next);
        }

        return heard;
    }

    private async Task<(string? About, string? Event)> Next()
    {
        using var frame = JsonDocument.Parse((await _owner.Read())!.Payload);
        return (frame.RootElement[0].GetString(), frame.RootElement[3].GetString());
    }
}

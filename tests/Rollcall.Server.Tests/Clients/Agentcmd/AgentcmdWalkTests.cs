using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Security;

namespace Rollcall.Server.Tests.Clients.Agentcmd;

/// <summary>Everybody tries everything over agentcmd's socket: what the access table says holds there, and is told in its own form.</summary>
public sealed class AgentcmdWalkTests : IAsyncLifetime
{
    private readonly AccessWalk _walk = new();
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, tls: true, keys: _walk.Keys);
        await _hub.Post("/api/v1/sessions", new { id = AccessWalk.Session, project = AccessWalk.OwnProject }, _hub.Client(_walk.Everything));
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task The_socket_is_opened_for_exactly_whom_the_table_names_and_the_others_are_told_on_it()
    {
        var access = AccessTable.Find("GET", "/ws")!;
        foreach (var visitor in _walk.Visitors)
        {
            if (visitor.Expect(access) is null)
            {
                using var inside = await AgentcmdClient.Open(_hub, visitor.Credential);
                await inside.HearsNothing();
            }
            else
            {
                await Refused(AgentcmdClient.Address, visitor.Credential, "Authentication failed");
            }
        }
    }

    [Fact]
    public async Task Only_a_token_of_the_hub_is_good_in_the_address()
    {
        var everything = _hub.Client(_walk.Everything);
        var token = (await _hub.Post("/api/v1/tokens", new { scopes = new[] { "watch" } }, everything))["token"];
        using (var socket = await AgentcmdClient.Open(_hub, address: $"/ws?token={token}"))
        {
            await socket.Subscribe(AccessWalk.Session);
        }

        foreach (var wrong in new[] { AgentcmdClient.Foreign, _walk.Everything, token + "x", "rlt_", "%20" })
        {
            await Refused($"/ws?token={wrong}", null, "Authentication failed");
        }

        await Refused("/ws?token=", null, "Authentication required");
        Assert.Equal(HttpStatusCode.Unauthorized, await JsonSocket.Refusal(_hub, $"/ws?other={token}"));
    }

    [Fact]
    public async Task Who_is_refused_on_the_socket_has_a_place_until_the_close_is_answered_and_not_by_a_timer()
    {
        // The clock stands: nothing ends because time is over.
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true, MaxConnectionsPerAddress = 1 }, time: new TestClock(), keys: _walk.Keys);
        var limits = hub.App.Services.GetRequiredService<Door>().Limits;
        using (var told = await JsonSocket.Open(hub, AgentcmdClient.Address))
        {
            await told.Next();
            Assert.Equal(1, limits.Open);
            Assert.Equal(HttpStatusCode.Unauthorized, await JsonSocket.Refusal(hub, AgentcmdClient.Address));
            await told.SendText(new string('x', 1000));
            await told.Closed();
            Assert.Equal(1, limits.Open);
            await told.Close();
            await Hearing.Eventually(() => Task.FromResult(limits.Open == 0));
        }
    }

    [Fact]
    public async Task A_foreign_token_in_the_header_is_refused_where_keys_are_needed()
    {
        foreach (var path in new[] { "/api/sessions", "/api/projects?include=sessions&sessionLimit=20", $"/api/projects/own/sessions/{AccessWalk.Session}" })
        {
            Assert.Equal("unauthenticated", (await _hub.Get(path, _hub.Client(AgentcmdClient.Foreign))).Code);
            Assert.Equal(200, (await _hub.Get(path, _hub.Client(_walk.Everything))).Status);
        }
    }

    [Fact]
    public async Task A_foreign_token_counts_for_nothing_where_no_key_is_needed_and_only_at_its_clients_addresses()
    {
        await using var open = await TestHub.Start();
        var (http, header) = (open.Client(AgentcmdClient.Foreign), AgentcmdClient.Foreign);
        using var socket = await AgentcmdClient.Open(open, header);
        Assert.Equal(200, (await open.Get("/api/sessions", http)).Status);
        Assert.Equal(200, (await open.Get("/api/projects", http)).Status);
        Assert.Equal(404, (await open.Get("/api/projects/p/sessions/s", http)).Status);
        foreach (var path in new[] { "/api/v1/sessions", "/api/session", "/api/sessionsx" })
        {
            Assert.Equal(401, (await open.Get(path, http)).Status);
        }

        Assert.Equal(401, (await open.Get("/api/sessions", open.Client("rlc_a_b"))).Status);
        Assert.Equal(401, (await open.Get("/api/sessions", open.Client("rlt_a.b"))).Status);
        Assert.Equal(401, (await open.Send(HttpMethod.Get, "/api/sessions", null, http, ("X-Forwarded-For", "203.0.113.9"))).Status);
        Assert.Equal(403, (await open.Send(HttpMethod.Get, "/api/sessions", null, http, ("Origin", "https://evil.example"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, await JsonSocket.Refusal(open, AgentcmdClient.Address, origin: "https://evil.example"));
        using var refused = await JsonSocket.Open(open, "/ws?token=rlt_a.b");
        Assert.Equal("Authentication failed", (await refused.Next()).Data("error"));
        Assert.Equal(1008, (await refused.Closed()).Code);
    }

    [Fact]
    public async Task A_key_that_is_revoked_ends_the_connection_as_agentcmd_ends_a_session_that_expired()
    {
        using var socket = await AgentcmdClient.Open(_hub, _walk.Everything);
        KeyFile.Change(_hub.Data, keys => [.. keys.Select(key => key with { RevokedAt = DateTimeOffset.UnixEpoch })]);
        Assert.Equal(1008, (await socket.Closed()).Code);
    }

    [Fact]
    public async Task Sessions_and_projects_are_subscribed_by_exactly_whom_the_table_names_and_nothing_is_before()
    {
        foreach (var visitor in Inside())
        {
            // The hub may not have heard yet that the visitor before has gone.
            await Hearing.Eventually(() => Task.FromResult(_hub.Hub.Fanout.OutletCount == 0));
            using var socket = await AgentcmdClient.Open(_hub, visitor.Credential);
            foreach (var (channel, kind) in new[] { ($"session:{AccessWalk.Session}", TopicKind.Session), ($"project:{AccessWalk.OwnProject}", TopicKind.Project) })
            {
                var denied = visitor.IsForeign || visitor.Expect(AccessTable.Topic(kind, owner: false)!) is not null;
                var answer = await socket.Ask("global", "subscribe", new { channels = new[] { channel } });
                Assert.Equal((denied ? "subscription_error" : "subscription_success", channel), (answer.Type(), answer.Data("channel")));
                Assert.Equal(!denied, _hub.Hub.Fanout.HasListeners(channel));
                if (!denied)
                {
                    _ = kind == TopicKind.Session ? await socket.Next() : default;
                    await socket.Ask("global", "unsubscribe", new { channels = new[] { channel } });
                }
            }

            var own = await socket.Ask($"session:{AccessWalk.Session}", "subscribe");
            var may = !visitor.IsForeign && visitor.Expect(AccessTable.Topic(TopicKind.Session, owner: false)!) is null;
            Assert.Equal(may ? "subscribe_success" : "error", own.Type());
            Assert.Equal(may ? null : visitor.IsForeign ? "SESSION_NOT_FOUND" : "UNAUTHORIZED", own.Data("code"));
        }
    }

    [Fact]
    public async Task Messages_and_cancels_are_taken_from_exactly_whom_the_table_names()
    {
        foreach (var visitor in Inside())
        {
            using var socket = await AgentcmdClient.Open(_hub, visitor.Credential);
            foreach (var type in new[] { "send_message", "cancel" })
            {
                await socket.Say($"session:{AccessWalk.Session}", type, new { message = "go on" });
                var error = await socket.Next(message => message.Type() == "error");
                Assert.Equal(
                    visitor.Expect(AccessTable.Push(type)!) is not null ? "UNAUTHORIZED" : visitor.IsForeign ? "SESSION_NOT_FOUND"
                    : type == "cancel" ? "CANCEL_FAILED" : "INVALID_STATE",
                    error.Data("code"));
            }
        }
    }

    private async Task Refused(string address, string? credential, string error)
    {
        using var socket = await JsonSocket.Open(_hub, address, credential);
        var told = await socket.Next();
        Assert.Equal(("global", "error", error), (told.GetProperty("channel").GetString(), told.Type(), told.Data("error")));
        Assert.Equal(["error", "message"], told.Data().EnumerateObject().Select(field => field.Name));
        Assert.Equal((1008, error), await socket.Closed());
    }

    private IEnumerable<Visitor> Inside() => _walk.Visitors.Where(visitor => visitor.Expect(AccessTable.Find("GET", "/ws")!) is null);
}

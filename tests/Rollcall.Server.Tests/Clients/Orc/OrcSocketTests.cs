using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Fanout;
using Rollcall.Server.Clients;
using Rollcall.Server.Clients.Orc;
using Rollcall.Server.Sockets;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Tests.Clients.Orc;

/// <summary>orc's socket stands on what the hub's own stands on.</summary>
public sealed class OrcSocketTests
{
    [Fact]
    public async Task Its_connections_go_past_the_web_server_like_the_hubs_own()
    {
        await using var hub = await TestHub.Start();
        using var socket = await JsonSocket.Open(hub, OrcClient.Address);
        Assert.Null(await socket.Subscribe("*"));
        Assert.Equal(1, hub.App.Services.GetRequiredService<DirectDoor>().Entered);
    }

    [Fact]
    public async Task The_web_server_serves_what_the_direct_door_does_not_take()
    {
        await using var hub = await TestHub.Start();
        using var socket = await JsonSocket.Open(hub, OrcClient.Address + "?escaped=%20");
        Assert.Null(await socket.Subscribe("*"));
        Assert.Equal(0, hub.App.Services.GetRequiredService<DirectDoor>().Entered);
    }

    [Fact]
    public async Task A_request_that_is_no_handshake_is_refused()
    {
        await using var hub = await TestHub.Start();
        Assert.Equal(400, (await hub.Get(OrcClient.Address)).Status);
        Assert.Equal(400, (await hub.Post(OrcClient.Address)).Status);
    }

    [Fact]
    public async Task A_thousand_subscriptions_cost_no_encoding_of_the_state()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        using var socket = await JsonSocket.Open(hub, OrcClient.Address);
        for (var i = 0; i < 1000; i++)
        {
            Assert.Null(await socket.Subscribe("*"));
        }

        Assert.Equal(0, hub.Hub.Fanout.SnapshotEncodings);
    }

    [Fact]
    public async Task Who_has_fallen_behind_is_told_the_aggregate_and_every_live_task()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a", name = "Alpha" });
        await hub.Post("/api/v1/sessions/a/status", new { status = "waiting", waiting_for = "input" });
        await hub.Post("/api/v1/sessions/a/tasks", new { task_id = "t" });
        await hub.Post("/api/v1/sessions", new { id = "b" });
        await hub.Post("/api/v1/sessions/b/pause");
        await hub.Post("/api/v1/sessions", new { id = "c" });
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/c");

        var told = await Resync(hub, "*");

        Assert.Equal(["session_update", "task_updated", "task_updated"], told.Select(message => message.GetProperty("event").GetString()));
        Assert.Equal(1, told[0].GetProperty("data").GetProperty("tasks_running").GetInt32());
        Assert.Equal(
            ["a Alpha blocked", "b b paused"],
            told.Skip(1).Select(message => message.GetProperty("data"))
                .Select(task => $"{task.GetProperty("id")} {task.GetProperty("title")} {task.GetProperty("status")}").Order(StringComparer.Ordinal));
        Assert.Equal("completed", Assert.Single(await Resync(hub, "session:c")).GetProperty("data").GetProperty("status").GetString());
    }

    [Fact]
    public void Every_setting_of_a_client_holds_by_default_on_loopback_only()
    {
        Assert.True(IsOn(new RollcallOptions()));
        Assert.False(IsOn(new RollcallOptions { Clients = new ClientOptions { Orc = false, Jidoka = false, Agentcmd = false, Kato = false } }));
        Assert.False(IsOn(new RollcallOptions { Urls = ["http://0.0.0.0:7655"] }));
        Assert.True(IsOn(new RollcallOptions { Urls = ["http://0.0.0.0:7655"], Clients = new ClientOptions { Orc = true, Jidoka = true, Agentcmd = true, Kato = true } }));
    }

    /// <summary>Whether every client's protocol is registered; fails when only some are.</summary>
    private static bool IsOn(RollcallOptions options)
    {
        var services = new ServiceCollection();
        services.AddClients(options);
        var registered = services.Count(service => service.ServiceType == typeof(SocketProtocol) || service.ServiceType == typeof(TopicFamily));
        Assert.True(registered == 0 || registered == typeof(ClientOptions).GetProperties().Count(setting => setting.PropertyType == typeof(bool?)));
        return registered > 0;
    }

    private static async Task<List<JsonElement>> Resync(TestHub hub, string topic)
    {
        var codec = hub.App.Services.GetServices<SocketProtocol>().Single(protocol => protocol is OrcProtocol).Codec;
        using var watcher = new Unheard(hub, codec);
        var attachment = hub.Hub.Fanout.Attach(watcher.Outlet, new Selection([Topic.Parse(topic)!], null, null), codec, null, null);
        return Texts.Of(codec.Resync(attachment.Subscription, await hub.Hub.Fanout.Describe(attachment.Subscription)));
    }
}

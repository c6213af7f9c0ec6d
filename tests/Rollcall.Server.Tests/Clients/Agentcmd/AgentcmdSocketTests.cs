using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Fanout;
using Rollcall.Server.Clients.Agentcmd;
using Rollcall.Server.Sockets;
using Rollcall.Server.Sockets.Direct;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Clients.Agentcmd;

/// <summary>agentcmd's socket: its frames, and what it stands on.</summary>
public sealed class AgentcmdSocketTests
{
    [Fact]
    public async Task Who_comes_in_is_told_so_before_anything_else_and_a_ping_is_answered()
    {
        await using var hub = await TestHub.Start();
        using var socket = await JsonSocket.Open(hub, AgentcmdClient.Address);
        var connected = await socket.Next();
        Assert.Equal(("global", "connected", "local"), (connected.GetProperty("channel").GetString(), connected.Type(), connected.Data("userId")));
        Assert.True(connected.Data().GetProperty("timestamp").GetInt64() > 1_700_000_000_000);
        var pong = await socket.Ask("global", "ping", new { timestamp = 1 });
        Assert.Equal(("global", "pong"), (pong.GetProperty("channel").GetString(), pong.Type()));
        Assert.Equal(JsonValueKind.Number, pong.Data().GetProperty("timestamp").ValueKind);
        Assert.Single(pong.Data().EnumerateObject());
    }

    [Fact]
    public async Task Its_connections_go_past_the_web_server_and_the_web_server_serves_what_the_direct_door_does_not_take()
    {
        await using var hub = await TestHub.Start();
        using var direct = await AgentcmdClient.Open(hub);
        Assert.Equal(1, hub.App.Services.GetRequiredService<DirectDoor>().Entered);
        using var served = await AgentcmdClient.Open(hub, address: AgentcmdClient.Address + "&escaped=%20");
        Assert.Equal(1, hub.App.Services.GetRequiredService<DirectDoor>().Entered);
        await served.HearsNothing();
    }

    [Fact]
    public async Task Its_path_is_another_protocols_where_the_address_has_no_token()
    {
        await using var hub = await TestHub.Start();
        var request = new Microsoft.AspNetCore.Http.DefaultHttpContext().Request;
        var agentcmd = hub.App.Services.GetServices<SocketProtocol>().Single(protocol => protocol is AgentcmdProtocol);
        var both = new SocketProtocols([agentcmd, new TheRest()]);
        Assert.Equal(["/ws"], both.Paths);
        Assert.IsType<TheRest>(both.Find("/ws", request));
        foreach (var query in new[] { "?token=x", "?a=1&token=", "?token" })
        {
            request.QueryString = new(query);
            Assert.Same(agentcmd, both.Find("/ws", request));
        }
    }

    [Fact]
    public async Task Each_channel_is_acknowledged_for_itself_the_granted_ones_first()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a", project = "web" });
        using var socket = await AgentcmdClient.Open(hub);
        await socket.Say("global", "subscribe", new { channels = new object[] { "session:none", "sessions", "*", 5, "session:a", "project:web", "project:none", "global" } });
        Assert.Equal(
            ["subscription_success session:a", "session_updated ", "subscription_success project:web", "subscription_success global",
             "subscription_error session:none Access denied to session", "subscription_error sessions Invalid channel ID format: sessions",
             "subscription_error * Invalid channel ID format: *", "subscription_error 5 Invalid channel ID format: 5",
             "subscription_error project:none Access denied to project"],
            await Told(socket, 9));

        await socket.Say("global", "unsubscribe", new { channels = new[] { "session:a", "project:web", "never" } });
        Assert.Equal(["subscription_success session:a", "subscription_success project:web", "subscription_success never"], await Told(socket, 3));
        await hub.Send(HttpMethod.Patch, "/api/v1/sessions/a", new { name = "unheard" });
        await socket.HearsNothing();
        Assert.False(hub.Hub.Fanout.HasListeners("session:a"));
    }

    [Fact]
    public async Task A_projects_channel_without_data_names_itself_and_hears_of_all_its_sessions()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a", project = "web" });
        using var socket = await AgentcmdClient.Open(hub);
        await socket.SendText("""{"channel":"project:web","type":"subscribe"}""");
        Assert.Equal(["subscription_success project:web"], await Told(socket, 1));
        await hub.Post("/api/v1/sessions", new { id = "b", project = "web", name = "Beta" });
        await hub.Post("/api/v1/sessions", new { id = "c", project = "other" });
        var born = await socket.Next();
        Assert.Equal(("session:b", "session_updated", "b"), (born.GetProperty("channel").GetString(), born.Type(), born.Data("sessionId")));
        Assert.Equal(("Beta", "web", "chat", "idle"), (
            Of(born, "name"), Of(born, "project_id"), Of(born, "type"), Of(born, "state")));
        Assert.Equal("working", (await socket.Next()).Data("state"));
        await hub.Post("/api/v1/sessions/a/status", new { status = "idle" });
        Assert.Equal("session:a", (await socket.Next()).GetProperty("channel").GetString());

        static string? Of(JsonElement message, string field) => message.Data().GetProperty("session").GetProperty(field).GetString();
    }

    [Fact]
    public async Task A_session_that_crashed_and_is_resumed_is_no_longer_in_error_for_who_has_it_open()
    {
        await using var hub = await TestHub.Start();
        await Starts("startup");

        // A hook is answered after a moment even when the disk is not done with it.
        await Hearing.Eventually(() => Task.FromResult(hub.Hub.View.Live.ContainsKey("a")));
        using var socket = await AgentcmdClient.Open(hub);
        Assert.Equal("idle", (await socket.Subscribe("a")).Data("state"));
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/a", new { reason = "crashed", error = "killed" });
        Assert.Equal(("error", "killed"), await State());
        await Starts("resume");
        Assert.Equal(("idle", ""), await State());

        Task Starts(string source) => hub.Post("/ingest/hooks/claude-code", new { session_id = "a", cwd = "/src/web", hook_event_name = "SessionStart", source });

        async Task<(string?, string?)> State()
        {
            var told = await socket.Next(message => message.Data("state") is not null);
            return (told.Data("state"), told.Data("error_message"));
        }
    }

    [Theory]
    [InlineData("hello", "Failed to process message")]
    [InlineData("1", "Failed to process message")]
    [InlineData("null", "Failed to process message")]
    [InlineData("", "Failed to process message")]
    [InlineData("""{"channel":"global","type":"\ud800"}""", "Failed to process message")]
    [InlineData("{}", "Unknown channel")]
    [InlineData("""{"channel":7}""", "Unknown channel")]
    [InlineData("""{"channel":"metrics","type":"subscribe"}""", "Unknown channel")]
    [InlineData("""{"channel":"shell:1","type":"init","data":{}}""", "Unknown channel")]
    [InlineData("""{"channel":"session:","type":"subscribe","data":{}}""", "Invalid session channel")]
    [InlineData("""{"channel":"session:a b","type":"cancel"}""", "Invalid session channel")]
    public async Task What_is_no_message_is_answered_on_global_and_the_connection_stays(string text, string error)
    {
        await using var hub = await TestHub.Start();
        using var socket = await AgentcmdClient.Open(hub);
        await socket.SendText(text);
        var answer = await socket.Next();
        Assert.Equal(("global", "error", error), (answer.GetProperty("channel").GetString(), answer.Type(), answer.Data("error")));
        Assert.NotEmpty(answer.Data("message")!);
        await socket.Say("global", "an event of a later version");
        await socket.HearsNothing();
    }

    [Fact]
    public async Task A_list_of_channels_that_is_none_or_too_long_is_refused_as_a_whole()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        using var socket = await AgentcmdClient.Open(hub);
        var wrong = await socket.Ask("global", "subscribe", new { channels = "session:a" });
        Assert.Equal(("subscription_error", "", "Invalid subscribe request: channels must be an array"), (wrong.Type(), wrong.Data("channel"), wrong.Data("error")));
        Assert.Equal("Invalid unsubscribe request: channels must be an array", (await socket.Ask("global", "unsubscribe")).Data("error"));
        await socket.Say("global", "subscribe", new { channels = Enumerable.Repeat("session:a", 129) });
        Assert.Equal(["subscription_error  Invalid subscribe request: at most 128 channels"], await Told(socket, 1));
        Assert.False(hub.Hub.Fanout.HasListeners("session:a"));
    }

    [Fact]
    public async Task No_more_channels_than_the_limit_may_be_subscribed()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/commands", Enumerable.Range(0, 129).Select(i => new { type = "create", session_id = $"s{i}" }));
        using var socket = await AgentcmdClient.Open(hub);
        await socket.Say("global", "subscribe", new { channels = Enumerable.Range(0, 128).Select(i => $"session:s{i}") });
        Assert.All((await Told(socket, 256)).Where((_, i) => i % 2 == 0), answer => Assert.StartsWith("subscription_success", answer, StringComparison.Ordinal));
        Assert.Equal("At most 128 channels may be subscribed", (await socket.Ask("session:s128", "subscribe")).Data("error"));
        Assert.Equal("subscribe_success", (await socket.Ask("session:s5", "subscribe")).Type());
        await socket.Next();
        await socket.Say("session:s5", "unsubscribe");
        await socket.Subscribe("s128");
    }

    [Fact]
    public async Task Who_has_fallen_behind_is_told_each_session_as_it_is()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a", project = "web", name = "Alpha", metadata = new { branch = "main" } });
        await hub.Post("/api/v1/sessions/a/usage", new { input_tokens = 7, output_tokens = 3 });
        await hub.Post("/api/v1/sessions/a/status", new { status = "error", error_message = "no credit" });
        await hub.Post("/api/v1/sessions", new { id = "b", project = "web" });
        await hub.Post("/api/v1/sessions", new { id = "c", project = "other" });

        var told = await Resync(hub, "project:web");

        Assert.Equal(["session:a", "session:b"], told.Select(message => message.GetProperty("channel").GetString()).Order(StringComparer.Ordinal));
        var alpha = told.Single(message => message.Data("sessionId") == "a").Data();
        Assert.Equal(["sessionId", "state", "error_message", "metadata", "name", "updated_at"], alpha.EnumerateObject().Select(field => field.Name));
        Assert.Equal("""error no credit {"branch":"main","totalTokens":10} Alpha""", $"{alpha.GetProperty("state")} {alpha.GetProperty("error_message")} {alpha.GetProperty("metadata")} {alpha.GetProperty("name")}");
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/b");
        Assert.Equal("idle", Assert.Single(await Resync(hub, "session:b")).Data("state"));
    }

    /// <summary>The next messages, each as its type, channel and error.</summary>
    private static async Task<List<string>> Told(JsonSocket socket, int count)
    {
        List<string> told = [];
        while (told.Count < count)
        {
            var message = await socket.Next();
            told.Add($"{message.Type()} {message.Data("channel")}{(message.Data("error") is { } error ? $" {error}" : "")}");
        }

        return told;
    }

    private static async Task<List<JsonElement>> Resync(TestHub hub, string topic)
    {
        var codec = hub.App.Services.GetServices<SocketProtocol>().Single(protocol => protocol is AgentcmdProtocol).Codec;
        using var watcher = new Unheard(hub, codec);
        var attachment = hub.Hub.Fanout.Attach(watcher.Outlet, new Selection([Topic.Parse(topic)!], null, null), codec, null, null);
        return Texts.Of(codec.Resync(attachment.Subscription, await hub.Hub.Fanout.Describe(attachment.Subscription)));
    }

    /// <summary>A protocol that takes whatever comes to agentcmd's path.</summary>
    private sealed class TheRest : SocketProtocol
    {
        public override string Path => AgentcmdProtocol.SocketPath;

        public override ICodec Codec => PhoenixCodec.Instance;

        public override SocketConnection Connect(WebSocketTransport transport, Outlet outlet, Rollcall.Server.Security.Principal principal, bool deflates) =>
            throw new NotSupportedException("only found, never spoken");
    }
}

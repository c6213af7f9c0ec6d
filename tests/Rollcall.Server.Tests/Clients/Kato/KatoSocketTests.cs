using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Rollcall.Server.Clients;
using Rollcall.Server.Clients.Kato;
using Rollcall.Server.Sockets;
using Rollcall.Server.Sockets.Direct;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Clients.Kato;

/// <summary>What KATO's dashboard is told, and what its subscriptions do.</summary>
public sealed class KatoSocketTests
{
    /// <summary>No alerts but those that a test makes.</summary>
    private static readonly RollcallOptions Calm = new() { DockerSocket = "", Fleet = new FleetOptions { Evaluate = TimeSpan.FromHours(1) } };

    private static readonly RollcallOptions Quick = Calm with { Fleet = Calm.Fleet with { Realtime = TimeSpan.FromMilliseconds(50) } };

    [Fact]
    public async Task Its_connections_go_past_the_web_server_like_the_hubs_own()
    {
        await using var hub = await TestHub.Start();
        using var socket = await KatoClient.Open(hub);
        Assert.All(await socket.UpToNow(), type => Assert.Equal("realtime_update", type));
        Assert.Equal(1, hub.App.Services.GetRequiredService<DirectDoor>().Entered);
    }

    [Fact]
    public async Task Who_connects_has_the_figures_at_once_in_the_documented_form()
    {
        await using var hub = await TestHub.Start(Calm);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions", new { id = "b" });
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/b");
        await hub.Post("/api/v1/sessions/none/heartbeat");
        using var socket = await KatoClient.Open(hub);

        // What the counts were told meanwhile may come before it.
        var first = await socket.Next("realtime_update");

        Assert.Equal("type timestamp data", KatoClient.Names(first));
        Assert.EndsWith("Z", first.GetProperty("timestamp").GetString(), StringComparison.Ordinal);
        var data = first.GetProperty("data");
        Assert.Equal("metrics sessions", KatoClient.Names(data));
        Assert.Equal("""{"active_count":1,"total_count":2}""", data.GetProperty("sessions").GetRawText());
        var metrics = data.GetProperty("metrics");
        Assert.Equal("sessions performance resources databases rates processor_manager uptime_seconds timestamp", KatoClient.Names(metrics));
        Assert.Equal("""{"active":1,"total_created":2,"total_deleted":1,"operations_total":4}""", metrics.GetProperty("sessions").GetRawText());
        Assert.Equal("""{"total_requests":4,"total_errors":1,"error_rate":0.25,"average_response_time":null}""", metrics.GetProperty("performance").GetRawText());
        Assert.Equal("cpu_percent memory_percent disk_percent", KatoClient.Names(metrics.GetProperty("resources")));
        Assert.InRange(metrics.GetProperty("resources").GetProperty("memory_percent").GetDouble(), 0.1, 100);
        Assert.Equal("""{"total_processors":null,"max_processors":null,"eviction_ttl_seconds":null}""", metrics.GetProperty("processor_manager").GetRawText());
        Assert.Equal("{}{}", metrics.GetProperty("databases").GetRawText() + metrics.GetProperty("rates").GetRawText());
    }

    [Fact]
    public async Task Who_never_subscribes_hears_everything_as_clients_before_subscriptions_did()
    {
        await using var hub = await TestHub.Start(Quick);
        using var socket = await KatoClient.Open(hub);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        var count = await socket.Next("session_event");
        Assert.Equal("type event_type timestamp data", KatoClient.Names(count));
        Assert.Equal("session_created", count.GetProperty("event_type").GetString());
        Assert.Equal("""{"current_count":1,"previous_count":0,"delta":1,"time_since_last_event":null}""", count.GetProperty("data").GetRawText());
        await hub.Hub.Record(Alert("alert_1", "high_cpu"));
        await socket.Next("system_alert");
        Assert.Equal("metrics sessions", await socket.Parts());
    }

    [Fact]
    public async Task Who_subscribes_hears_only_that_of_the_figures_only_the_parts_it_named()
    {
        await using var hub = await TestHub.Start(Quick);
        using var socket = await KatoClient.Open(hub);
        await socket.Subscribe("sessions");
        await socket.UpToNow();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Hub.Record(Alert("alert_1", "high_cpu"));
        await Told(hub);
        Assert.Equal("sessions", await socket.Parts());
        Assert.DoesNotContain(await socket.UpToNow(), type => type != "realtime_update");
    }

    [Fact]
    public async Task What_components_ask_for_adds_up_and_an_odd_list_changes_nothing()
    {
        await using var hub = await TestHub.Start(Quick);
        using var socket = await KatoClient.Open(hub);
        await socket.Subscribe("session_events");
        await socket.Subscribe("system_alerts");
        await socket.Subscribe();
        await socket.Subscribe("everything");
        await socket.Subscribe("nonsense", "sessions");
        await socket.UpToNow();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        Assert.Equal(1, (await socket.Next("session_event")).GetProperty("data").GetProperty("current_count").GetInt32());
        Assert.Equal("sessions", await socket.Parts());
        await hub.Hub.Record(Alert("alert_1", "high_cpu"));
        await socket.Next("system_alert");
    }

    [Fact]
    public async Task Where_the_old_rule_is_asked_for_a_subscription_replaces_those_before_it()
    {
        await using var hub = await TestHub.Start(Quick with { Clients = new ClientOptions { KatoReplaces = true } });
        using var socket = await KatoClient.Open(hub);
        await socket.Subscribe("sessions", "session_events");
        await socket.Subscribe("system_alerts");
        await socket.UpToNow();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await Told(hub);
        await hub.Hub.Record(Alert("alert_1", "high_cpu"));
        Assert.True((await socket.Next()).Is("system_alert"), "the list before was not replaced");
    }

    [Fact]
    public async Task Asking_again_begins_nothing_anew()
    {
        await using var hub = await TestHub.Start(Calm);
        await hub.Hub.Record(Alert("alert_1", "high_cpu"));
        using var socket = await KatoClient.Open(hub);
        Assert.Equal(["system_alert", "realtime_update"], (await socket.UpToNow()).Distinct());
        await socket.Subscribe("system_alerts");
        await socket.Subscribe("system_alerts");
        Assert.DoesNotContain("system_alert", await socket.UpToNow());
    }

    [Fact]
    public async Task Alerts_that_nobody_acknowledged_are_told_to_who_comes()
    {
        await using var hub = await TestHub.Start(Calm);
        await hub.Hub.Record(Alert("alert_1", "high_cpu"));
        await hub.Hub.Record(Alert("alert_2", "high_memory"));
        await hub.Post("/api/v1/alerts/alert_1/acknowledge");
        using var socket = await KatoClient.Open(hub);
        var open = await socket.Next();
        Assert.Equal("type id timestamp alerts", KatoClient.Names(open));
        Assert.Equal("alert_2", open.GetProperty("id").GetString());
        Assert.True((await socket.Next()).Is("realtime_update"));
    }

    [Fact]
    public async Task Alerts_have_KATOs_figures_and_units_and_of_other_kinds_their_message()
    {
        await using var hub = await TestHub.Start(Calm);
        using var socket = await KatoClient.Open(hub);
        await hub.Hub.Record(new SystemAlert
        {
            Id = "alert_1",
            Alerts =
            [
                new Alert { Level = AlertLevel.Warning, Type = "high_memory", Message = "m", Value = 91.5, Threshold = 85, Subject = "box" },
                new Alert { Level = AlertLevel.Error, Type = "high_error_rate", Message = "r", Value = 12, Threshold = 10 },
                new Alert { Level = AlertLevel.Error, Type = "container_down", Message = "c", Value = 3, Threshold = 0, Subject = "web" },
                new Alert { Level = AlertLevel.Warning, Type = "session_waiting", Message = "w", Value = 700, Threshold = 600, Subject = "a" },
            ],
        });
        Assert.Equal(
            """
            [{"level":"warning","type":"high_memory","message":"m","value":91.5,"threshold":85},
            {"level":"error","type":"high_error_rate","message":"r","value":0.12,"threshold":0.1},
            {"level":"error","type":"container_down","message":"c","container_name":"web"},
            {"level":"warning","type":"session_waiting","message":"w"}]
            """.ReplaceLineEndings(""),
            (await socket.Next("system_alert")).GetProperty("alerts").GetRawText());
    }

    [Fact]
    public async Task What_is_wrong_is_ignored_and_the_connection_stays()
    {
        await using var hub = await TestHub.Start(Quick);
        using var socket = await KatoClient.Open(hub);
        foreach (var wrong in new[]
        {
            "1", "[]", "null", "\"ping\"", "{", "", "Ping", " ping", "{\"type\":5}", "{\"type\":\"dance\"}", "{\"type\":\"subscribe\"}",
            "{\"type\":\"subscribe\",\"subscriptions\":\"metrics\"}", "{\"type\":\"subscribe\",\"subscriptions\":[1,null,{}]}",
            "{\"type\":\"subscribe\",\"subscriptions\":[\"\\ud800\"]}", "{\"type\":\"subscribe\",\"subscriptions\":{\"metrics\":true}}",
        })
        {
            await socket.Text(wrong);
        }

        await socket.UpToNow();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await socket.Next("session_event");
    }

    [Fact]
    public async Task A_ping_is_answered_by_a_heartbeat_with_the_time()
    {
        await using var hub = await TestHub.Start();
        using var socket = await KatoClient.Open(hub);
        await socket.Text("ping");
        var heartbeat = await socket.Next("heartbeat");
        Assert.Equal("type timestamp", KatoClient.Names(heartbeat));
        Assert.EndsWith("Z", heartbeat.GetProperty("timestamp").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_flag_takes_its_part_away_and_nothing_else()
    {
        await using var hub = await TestHub.Start(Quick);
        await hub.Hub.Record(Alert("alert_1", "high_cpu"));
        await hub.Send(HttpMethod.Put, "/api/v1/flags", new { selective_subscriptions = false, alerts = false, session_events = false });
        using var socket = await KatoClient.Open(hub);
        await socket.Subscribe("system_alerts");
        await hub.Post("/api/v1/sessions", new { id = "a" });
        var figures = await socket.Next(message => message.Is("realtime_update")
            ? message.GetProperty("data").GetProperty("sessions").GetProperty("active_count").GetInt32() == 1
            : throw new InvalidOperationException($"{message} was told"));
        Assert.NotEqual(JsonValueKind.Null, figures.GetProperty("data").GetProperty("metrics").GetProperty("resources").GetProperty("memory_percent").ValueKind);
        await hub.Send(HttpMethod.Put, "/api/v1/flags", new { host_stats = false });
        await socket.Next(message => message.Is("realtime_update")
            && message.GetProperty("data").GetProperty("metrics").GetProperty("resources").GetProperty("memory_percent").ValueKind == JsonValueKind.Null);
        await hub.Send(HttpMethod.Put, "/api/v1/flags", new { realtime_updates = false });
        using var silent = await KatoClient.Open(hub);
        Assert.Empty(await silent.UpToNow());
        Assert.Equal(200, (await hub.Get("/api/v1/system/metrics")).Status);
    }

    [Fact]
    public async Task Another_sources_count_is_not_told_as_if_it_were_the_hubs()
    {
        await using var hub = await TestHub.Start();
        Assert.Empty(Tell(hub, Counted("kato")));
        Assert.Single(Tell(hub, Counted(SourceCount.Own)));
    }

    [Fact]
    public async Task A_count_that_could_not_be_had_is_no_count()
    {
        await using var hub = await TestHub.Start();
        using var failed = JsonDocument.Parse("""{"error":"no answer"}""");
        var told = Assert.Single(Tell(hub, new RealtimeUpdate { Metrics = failed.RootElement, Sessions = failed.RootElement, Containers = failed.RootElement }));
        Assert.Equal("metrics containers", KatoClient.Names(told.GetProperty("data")));
        Assert.Equal("""{"error":"no answer"}""", told.GetProperty("data").GetProperty("containers").GetRawText());
        Assert.Equal(JsonValueKind.Null, told.GetProperty("data").GetProperty("metrics").GetProperty("sessions").GetProperty("active").ValueKind);
    }

    [Fact]
    public async Task Who_has_fallen_behind_is_told_the_last_count_and_the_alerts_that_nobody_acknowledged()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await Told(hub);
        await hub.Hub.Record(Alert("alert_1", "high_cpu"));
        Assert.Equal("session_event", Assert.Single(await Resync(hub, "sessions")).GetProperty("type").GetString());
        Assert.Equal("alert_1", Assert.Single(await Resync(hub, "alerts")).GetProperty("id").GetString());
        Assert.Empty(await Resync(hub, "metrics"));
    }

    [Fact]
    public async Task Everybody_with_the_same_parts_is_told_the_same_bytes()
    {
        await using var hub = await TestHub.Start();
        var protocol = Protocol(hub);
        Assert.Same(protocol.CodecOf(KatoTopics.All), protocol.CodecOf(KatoTopics.Figures));
        Assert.Same(protocol.Codec, protocol.CodecOf(KatoTopics.SystemAlerts));
        Assert.NotSame(protocol.CodecOf(KatoTopics.Metrics), protocol.CodecOf(KatoTopics.Figures));
    }

    private static SystemAlert Alert(string id, string type) =>
        new() { Id = id, Alerts = [new Alert { Level = AlertLevel.Warning, Type = type, Message = "too much", Value = 84, Threshold = 80, Subject = "elsewhere" }] };

    private static SessionCountChanged Counted(string source) => new() { EventType = "session_created", CurrentCount = 3, Source = source };

    private static KatoProtocol Protocol(TestHub hub) => hub.App.Services.GetServices<SocketProtocol>().OfType<KatoProtocol>().Single();

    /// <summary>Waits until the change of the number of sessions was told to everybody.</summary>
    private static Task Told(TestHub hub) => Hearing.Eventually(() => Task.FromResult(!hub.Hub.Fanout.View.RecentCounts.Of(null).IsEmpty));

    private static List<JsonElement> Tell(TestHub hub, HubEvent happened)
    {
        var frames = new System.Buffers.ArrayBufferWriter<byte>();
        Protocol(hub).CodecOf(KatoTopics.All).WriteEvent(frames, Topic.Parse("sessions")!, Publication.Of(happened));
        return Texts.Of([frames.WrittenMemory]);
    }

    private static async Task<List<JsonElement>> Resync(TestHub hub, string topic)
    {
        var codec = Protocol(hub).Codec;
        using var watcher = new Unheard(hub, codec);
        var attachment = hub.Hub.Fanout.Attach(watcher.Outlet, new Selection([Topic.Parse(topic)!], null, null), codec, null, null);
        return Texts.Of(codec.Resync(attachment.Subscription, await hub.Hub.Fanout.Describe(attachment.Subscription)));
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Rollcall.Server.Operations;
using Rollcall.Server.Tests.Defects;
using Xunit;

namespace Rollcall.Server.Tests.Operations;

/// <summary>The routes of operations on a whole hub.</summary>
public sealed class EndpointTests : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("rollcall-operations-");
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await RollcallServer.Build(
            new RollcallOptions
            {
                Urls = ["http://127.0.0.1:0"],
                Data = _data.FullName,
                DockerSocket = "",
                Sources = """[{"name":"away","url":"http://127.0.0.1:1/","json_path":"n","interval_seconds":1}]""",
            },
            TimeProvider.System);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _http = new HttpClient { BaseAddress = new Uri(new Uri(_app.Urls.First()), "/api/v1/") };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync(TestContext.Current.CancellationToken);
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Flags_are_merged_and_an_unknown_one_is_refused_by_its_name()
    {
        var (status, json) = await Send(HttpMethod.Put, "flags", """{"alerts": false}""");
        Assert.Equal((HttpStatusCode.OK, false, true), (status, json.GetProperty("alerts").GetBoolean(), json.GetProperty("host_stats").GetBoolean()));
        Assert.Equal(Flags.Names.Order(), json.EnumerateObject().Select(flag => flag.Name).Order());
        (status, json) = await Send(HttpMethod.Put, "flags", """{"colour": true, "alerts": 1}""");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (status, json.GetProperty("code").GetString()));
        Assert.Equal(["alerts", "colour"], json.GetProperty("errors").EnumerateObject().Select(field => field.Name).Order());
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(HttpMethod.Put, "flags", "{")).Status);
        Assert.False((await Send(HttpMethod.Get, "flags")).Json.GetProperty("alerts").GetBoolean());
    }

    [Fact]
    public async Task The_detector_shows_each_source_with_its_failures_and_can_be_reset()
    {
        var watch = _app.Services.GetRequiredService<FleetWatch>();
        await Hearing.Eventually(() => Task.FromResult(watch.Health.Parts.GetValueOrDefault("source away")?.Error is not null));

        var (_, json) = await Send(HttpMethod.Get, "detector");
        Assert.Equal(100, json.GetProperty("window_ms").GetDouble());
        Assert.Equal(["rollcall", "away"], json.GetProperty("sources").EnumerateArray().Select(source => source.GetProperty("source").GetString()));
        Assert.Equal(0, json.GetProperty("sources")[0].GetProperty("current_count").GetInt64());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("sources")[1].GetProperty("current_count").ValueKind);
        Assert.NotNull(json.GetProperty("sources")[1].GetProperty("error").GetString());
        Assert.NotNull(json.GetProperty("health").GetProperty("source away").GetProperty("error").GetString());
        Assert.Equal(HttpStatusCode.OK, (await Send(HttpMethod.Post, "detector/reset")).Status);
    }

    [Fact]
    public async Task A_host_that_reports_no_figures_is_up()
    {
        var (status, host) = await Send(HttpMethod.Post, "hosts/worker-2", "");
        Assert.Equal((HttpStatusCode.OK, "up"), (status, host.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_host_reports_its_figures_and_is_listed_beside_the_hubs_own()
    {
        var (status, _) = await Send(HttpMethod.Post, "hosts/worker-1", """{"cpu_percent": 12.5, "load_1m": 0.4, "containers": [{"name": "web", "state": "running"}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        var (_, json) = await Send(HttpMethod.Get, "hosts");
        var worker = json.GetProperty("hosts").GetProperty("worker-1");
        Assert.Equal(("up", 0.4), (worker.GetProperty("status").GetString(), worker.GetProperty("figures").GetProperty("load_1m").GetDouble()));
        Assert.Equal(OperatingSystem.IsLinux(), json.GetProperty("hosts").TryGetProperty(Environment.MachineName, out _));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("containers").ValueKind);
    }

    [Theory]
    [InlineData("hosts/a", """{"cpu_percent": 101, "memory_percent": "7", "disk_percent": -1}""", "cpu_percent,disk_percent,memory_percent")]
    [InlineData("hosts/a", """{"containers": [{"name": "x"}]}""", "containers[0].state")]
    [InlineData("hosts/a", """{"containers": {}}""", "containers")]
    [InlineData("hosts/error", "{}", "name")]
    [InlineData("hosts/a%20b", "{}", "name")]
    public async Task A_wrong_report_is_refused_and_each_field_named(string path, string body, string fields)
    {
        var (status, json) = await Send(HttpMethod.Post, path, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(fields, string.Join(",", json.GetProperty("errors").EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Nobody_reports_for_the_hubs_own_machine() =>
        Assert.Equal(HttpStatusCode.Conflict, (await Send(HttpMethod.Post, $"hosts/{Environment.MachineName}", "{}")).Status);

    [Fact]
    public async Task An_alert_is_listed_acknowledged_once_and_unknown_ones_are_not_found()
    {
        var watch = _app.Services.GetRequiredService<FleetWatch>();
        await Send(HttpMethod.Put, "alerts/rules", """{"high_cpu": {"warning": 10, "error": 20}}""");
        await Send(HttpMethod.Post, "hosts/worker-1", """{"cpu_percent": 15}""");
        await watch.Evaluate(TestContext.Current.CancellationToken);
        var alert = (await Send(HttpMethod.Get, "alerts")).Json.GetProperty("alerts").EnumerateArray()
            .Single(one => one.GetProperty("alerts")[0].GetProperty("subject").GetString() == "worker-1");
        Assert.Equal(("high_cpu", "warning"), (alert.GetProperty("alerts")[0].GetProperty("type").GetString(), alert.GetProperty("alerts")[0].GetProperty("level").GetString()));
        var id = alert.GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.OK, (await Send(HttpMethod.Post, $"alerts/{id}/acknowledge")).Status);
        var again = await Send(HttpMethod.Post, $"alerts/{id}/acknowledge");
        Assert.Equal("local", again.Json.GetProperty("alerts")[0].GetProperty("acknowledged_by").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await Send(HttpMethod.Post, "alerts/alert_none/acknowledge")).Status);
        await Send(HttpMethod.Post, "hosts/worker-1", """{"cpu_percent": 1}""");
        await watch.Evaluate(TestContext.Current.CancellationToken);
        var past = (await Send(HttpMethod.Get, "alerts?status=all")).Json.GetProperty("alerts").EnumerateArray().Single(one => one.GetProperty("id").GetString() == id);
        Assert.Equal(("resolved", "local"), (past.GetProperty("status").GetString(), past.GetProperty("acknowledged_by").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await Send(HttpMethod.Post, $"alerts/{id}/acknowledge")).Status);
    }

    [Fact]
    public async Task Wrong_rules_and_queries_are_refused_and_each_field_named()
    {
        var rules = await Send(HttpMethod.Put, "alerts/rules", """{"high_cpu": {"warning": 200}, "low_cpu": {}}""");
        Assert.Equal(["high_cpu.warning", "low_cpu"], rules.Json.GetProperty("errors").EnumerateObject().Select(field => field.Name).Order());
        var query = await Send(HttpMethod.Get, "alerts?status=some&limit=0&before=x");
        Assert.Equal(["before", "limit", "status"], query.Json.GetProperty("errors").EnumerateObject().Select(field => field.Name).Order());
    }

    [Fact]
    public async Task A_realtime_update_has_every_part_that_there_is_on_this_machine()
    {
        var watch = _app.Services.GetRequiredService<FleetWatch>();
        var told = new List<HubEvent>();
        await watch.RealtimeTo(told.Add).Beat(TestContext.Current.CancellationToken);
        var payload = JsonDocument.Parse(EventNames.Payload(Assert.Single(told))).RootElement;
        Assert.False(payload.TryGetProperty("containers", out _));
        Assert.Equal(0, payload.GetProperty("sessions").GetProperty("active_count").GetInt64());
        Assert.Equal(0, payload.GetProperty("sessions").GetProperty("by_status").GetProperty("waiting").GetInt64());
        Assert.Contains("error", payload.GetProperty("sources").GetProperty("away").GetRawText(), StringComparison.Ordinal);
        foreach (var figure in new[] { "duration_seconds", "total_tokens", "input_tokens", "output_tokens", "estimated_cost_usd", "tasks_running", "is_paused",
            "uptime_seconds", "commands_total", "commands_refused", "error_rate", "connections", "queue_waiting" })
        {
            Assert.True(payload.GetProperty("metrics").TryGetProperty(figure, out _), figure);
        }
    }

    private async Task<(HttpStatusCode Status, JsonElement Json)> Send(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }
}

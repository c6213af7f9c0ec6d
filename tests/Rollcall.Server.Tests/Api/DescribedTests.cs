namespace Rollcall.Server.Tests.Api;

/// <summary>Requests that the hub takes, and what it answers to them, are as the OpenAPI document says.</summary>
public sealed class DescribedTests : IAsyncLifetime
{
    private TestHub _hub = null!;
    private Described _described = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        _described = new Described((await _hub.Get("/openapi/v1.json")).Json);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData("POST", "/api/v1/sessions", """{"id":"b","project":"p","cwd":"/p","metadata":{"branch":"main"},"status":"idle","lease_seconds":60}""", 201)]
    [InlineData("POST", "/api/v1/sessions", """{"id":"b","name":null,"metadata":null,"status":null}""", 201)]
    [InlineData("PATCH", "/api/v1/sessions/{id}", """{"name":"n","cwd":null,"metadata":{"branch":null,"pull":{"number":7},"labels":["a"]}}""", 200)]
    [InlineData("PATCH", "/api/v1/sessions/{id}", """{"metadata":null}""", 200)]
    [InlineData("POST", "/api/v1/sessions/{id}/status", """{"status":"waiting","waiting_for":"permission","waiting_text":"?"}""", 200)]
    [InlineData("POST", "/api/v1/sessions/{id}/tasks", """{"task_id":"t","name":"n"}""", 200)]
    [InlineData("POST", "/api/v1/sessions/{id}/usage", """{"input_tokens":5,"cost_usd":0.25,"request_id":"r"}""", 200)]
    [InlineData("POST", "/api/v1/sessions/{id}/output", """{"stream":"tool","text":"x"}""", 200)]
    [InlineData("POST", "/api/v1/sessions/{id}/messages", """{"text":"hi","images":[{"data":"x"}],"config":{"deep":true}}""", 409)]
    [InlineData("DELETE", "/api/v1/sessions/{id}", """{"reason":"crashed","error":"x"}""", 200)]
    [InlineData("POST", "/api/v1/commands", """[{"type":"create","id":"b","metadata":{"branch":"main"}},{"type":"update","session_id":"b","name":null,"metadata":{"branch":null}},{"type":"error","session_id":"gone","error":"x"}]""", 200)]
    [InlineData("POST", "/api/v1/tokens", """{"scopes":["watch"],"lifetime_seconds":60}""", 200)]
    [InlineData("PUT", "/api/v1/flags", """{"alerts":true}""", 200)]
    [InlineData("PUT", "/api/v1/alerts/rules", """{"high_cpu":{"warning":70},"high_memory":{"warning":null,"error":95.5}}""", 200)]
    [InlineData("POST", "/api/v1/hosts/{name}", """{"cpu_percent":12.5,"load_1m":1,"containers":[{"name":"c","state":"running","status":null,"memory_bytes":1}]}""", 200)]
    [InlineData("POST", "/ingest/hooks/{agent}", """{"session_id":"h","hook_event_name":"SessionStart","source":"startup"}""", 204)]
    public async Task A_body_that_is_taken_is_described(string method, string pattern, string body, int status)
    {
        await _hub.Post("/api/v1/sessions", new { id = "a", metadata = new { branch = "x" } });

        var answer = await _hub.Send(HttpMethod.Parse(method), Path(pattern), body);

        Assert.Equal(status, answer.Status);
        Assert.Null(_described.Request(method, pattern, body));
        Assert.Null(_described.Answer(method, pattern, answer));
    }

    [Theory]
    [InlineData("GET", "/api/v1/sessions", "")]
    [InlineData("GET", "/api/v1/sessions/count", "")]
    [InlineData("GET", "/api/v1/sessions/{id}", "")]
    [InlineData("GET", "/api/v1/sessions/{id}/owner", "")]
    [InlineData("GET", "/api/v1/sessions/{id}/events", "")]
    [InlineData("GET", "/api/v1/events", "")]
    [InlineData("GET", "/api/v1/fleet", "")]
    [InlineData("GET", "/api/v1/fleet/at", "?seq=1")]
    [InlineData("POST", "/api/v1/fleet/pause", "")]
    [InlineData("POST", "/api/v1/sessions/{id}/pause", "")]
    [InlineData("POST", "/api/v1/sessions/{id}/heartbeat", "")]
    [InlineData("GET", "/api/v1/alerts", "")]
    [InlineData("GET", "/api/v1/alerts/rules", "")]
    [InlineData("GET", "/api/v1/hosts", "")]
    [InlineData("GET", "/api/v1/detector", "")]
    [InlineData("POST", "/api/v1/detector/reset", "")]
    [InlineData("GET", "/api/v1/flags", "")]
    public async Task An_answer_is_as_it_is_described(string method, string pattern, string query)
    {
        await _hub.Post("/api/v1/hosts/name", new { cpu_percent = 1, containers = new[] { new { name = "c", state = "running" } } });
        await _hub.Post("/api/v1/sessions", new { id = "a", metadata = new { branch = "x" } });

        var answer = await _hub.Send(HttpMethod.Parse(method), Path(pattern) + query);

        Assert.Equal(200, answer.Status);
        Assert.Null(_described.Answer(method, pattern, answer));
    }

    [Theory]
    [InlineData("POST", "/api/v1/sessions/{id}/status", "{", 400)]
    [InlineData("POST", "/api/v1/sessions/{id}/status", "{}", 400)]
    [InlineData("POST", "/api/v1/sessions/{id}/heartbeat", "{}", 404)]
    [InlineData("POST", "/api/v1/alerts/{id}/acknowledge", "{}", 404)]
    [InlineData("PUT", "/api/v1/flags", """{"nothing":1}""", 400)]
    public async Task A_refusal_is_as_it_is_described(string method, string pattern, string body, int status)
    {
        var answer = await _hub.Send(HttpMethod.Parse(method), Path(pattern), body);

        Assert.Equal(status, answer.Status);
        Assert.Null(_described.Answer(method, pattern, answer));
    }

    private static string Path(string pattern) => pattern
        .Replace("{id}", "a", StringComparison.Ordinal).Replace("{name}", "name", StringComparison.Ordinal).Replace("{agent}", "claude-code", StringComparison.Ordinal);
}

using System.Net.Http.Headers;
using System.Text;

namespace Rollcall.Server.Tests.Api;

/// <summary>What is wrong gets the documented answer, and changes nothing.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        await _hub.Post("/api/v1/sessions", new { id = "a" });
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData("POST", "/api/v1/sessions", """{"id":"a/b"}""", "id")]
    [InlineData("POST", "/api/v1/sessions", """{"id":""}""", "id")]
    [InlineData("POST", "/api/v1/sessions", """{"id":"."}""", "id")]
    [InlineData("POST", "/api/v1/sessions", """{"id":".."}""", "id")]
    [InlineData("POST", "/api/v1/sessions", """{"id":"count"}""", "id")]
    [InlineData("POST", "/api/v1/sessions", """{"id":7}""", "id")]
    [InlineData("POST", "/api/v1/sessions", """{"project":""}""", "project")]
    [InlineData("POST", "/api/v1/sessions", """{"status":"waiting"}""", "status")]
    [InlineData("POST", "/api/v1/sessions", """{"lease_seconds":"x"}""", "lease_seconds")]
    [InlineData("POST", "/api/v1/sessions", """{"lease_seconds":0}""", "lease_seconds")]
    [InlineData("POST", "/api/v1/sessions", """{"metadata":[1]}""", "metadata")]
    [InlineData("POST", "/api/v1/sessions", """{"status":"error","lease_seconds":0}""", "status,lease_seconds")]
    [InlineData("POST", "/api/v1/sessions/a/usage", """{"input_tokens":-1,"output_tokens":2,"cost_usd":-1}""", "input_tokens,cost_usd")]
    [InlineData("PATCH", "/api/v1/sessions/a", """{"name":{"first":"x"}}""", "name")]
    [InlineData("PATCH", "/api/v1/sessions/a", """{"name":"x","name":"y"}""", "name")]
    [InlineData("PATCH", "/api/v1/sessions/a", """{"project":"other"}""", "project")]
    [InlineData("PATCH", "/api/v1/sessions/a", """{"project":""}""", "project")]
    [InlineData("POST", "/api/v1/sessions/a/status", """{"status":"asleep"}""", "status")]
    [InlineData("POST", "/api/v1/sessions/a/status", """{"status":1}""", "status")]
    [InlineData("POST", "/api/v1/sessions/a/status", "{}", "status")]
    [InlineData("POST", "/api/v1/sessions/a/status", """{"status":"idle","waiting_for":"input"}""", "waiting_for")]
    [InlineData("POST", "/api/v1/sessions/a/usage", """{"input_tokens":-1}""", "input_tokens")]
    [InlineData("POST", "/api/v1/sessions/a/usage", """{"input_tokens":1.5}""", "input_tokens")]
    [InlineData("POST", "/api/v1/sessions/a/tasks", """{"task_id":"x\u0000y"}""", "task_id")]
    [InlineData("POST", "/api/v1/sessions/a/output", "{}", "text")]
    [InlineData("POST", "/api/v1/sessions/a%2Fb/heartbeat", "", "id")]
    [InlineData("GET", "/api/v1/sessions/a%2Fb", "", "id")]
    [InlineData("GET", "/api/v1/sessions/a%20b", "", "id")]
    [InlineData("GET", "/api/v1/sessions?status=asleep", "", "status")]
    [InlineData("GET", "/api/v1/sessions?status=all,asleep", "", "status")]
    [InlineData("GET", "/api/v1/sessions?order=--name", "", "order")]
    [InlineData("GET", "/api/v1/sessions?limit=201", "", "limit")]
    [InlineData("GET", "/api/v1/sessions?limit=0&skip=-1&order=size", "", "order,skip,limit")]
    [InlineData("GET", "/api/v1/alerts?limit=1&limit=x&before=1&before=x&status=all&status=x", "", "status,limit,before")]
    [InlineData("GET", "/api/v1/events/stream?topics=sessions&topic=x,y", "", "topic")]
    [InlineData("GET", "/api/v1/fleet/at", "", "seq")]
    [InlineData("GET", "/api/v1/fleet/at?time=yesterday", "", "time")]
    [InlineData("GET", "/api/v1/fleet/at?seq=99", "", "seq")]
    public async Task A_wrong_field_is_named(string method, string path, string body, string fields)
    {
        var answer = await _hub.Send(HttpMethod.Parse(method), path, body.Length == 0 ? null : body);

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
        Assert.Equal("application/problem+json", answer.Headers["Content-Type"]);
        Assert.Equal(fields, answer.Errors);
        Assert.Equal(2, _hub.Log.Head);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"status\"")]
    [InlineData("{")]
    [InlineData("""{"status":"idle"} {}""")]
    [InlineData("""{"status":"idle",}""")]
    [InlineData("not json")]
    public async Task A_body_that_is_no_object_is_refused(string body)
    {
        var answer = await _hub.Post("/api/v1/sessions/a/status", body);

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
        Assert.Equal(2, _hub.Log.Head);
    }

    [Theory]
    [InlineData("output", "{\"text\":\"\u00FF\"}", "text must be valid Unicode text")]
    [InlineData("output", """{"text":"\ud83d"}""", "text must be valid Unicode text")]
    [InlineData("tasks", "{\"name\":\"\u00FF\"}", "name must be valid Unicode text")]
    public async Task Text_that_is_no_unicode_is_called_that(string route, string latin1, string detail)
    {
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(latin1));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        var answer = await _hub.Post($"/api/v1/sessions/a/{route}", content);

        Assert.Equal((400, "invalid_request", detail), (answer.Status, answer.Code, answer["detail"]));
        Assert.Equal(2, _hub.Log.Head);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("cwd")]
    public async Task Text_that_is_no_unicode_is_called_that_also_where_null_clears(string field)
    {
        var answer = await _hub.Send(HttpMethod.Patch, "/api/v1/sessions/a", $$"""{"{{field}}":"x\ud800y"}""");

        Assert.Equal((400, "invalid_request", $"{field} must be valid Unicode text"), (answer.Status, answer.Code, answer["detail"]));
    }

    [Theory]
    [InlineData("sessions", """{"name":5}""", "name must be a string")]
    [InlineData("sessions", """{"lease_seconds":"5"}""", "lease_seconds must be a whole number")]
    [InlineData("sessions/a/usage", """{"input_tokens":"5"}""", "input_tokens must be a whole number")]
    [InlineData("sessions/a/usage", """{"input_tokens":2.5}""", "input_tokens must be a whole number")]
    [InlineData("sessions/a/usage", """{"input_tokens":1e400}""", "input_tokens must be a whole number")]
    [InlineData("sessions/a/usage", """{"cost_usd":"5"}""", "cost_usd must be a number")]
    [InlineData("sessions/a/output", """{"text":[]}""", "text must be a string")]
    [InlineData("tokens", """{"scopes":"watch"}""", "scopes must be an array of strings")]
    [InlineData("tokens", """{"scopes":[1]}""", "scopes must be an array of strings")]
    [InlineData("tokens", """{"lifetime_seconds":true}""", "lifetime_seconds must be a whole number")]
    public async Task A_field_of_another_type_is_told_its_own(string route, string body, string detail)
    {
        var answer = await _hub.Post($"/api/v1/{route}", body);

        Assert.Equal((400, "invalid_request", detail), (answer.Status, answer.Code, answer["detail"]));
    }

    [Fact]
    public async Task A_field_of_another_type_is_told_its_own_in_a_batch_and_in_a_change_too()
    {
        var batch = await _hub.Post("/api/v1/commands", """[{"type":"usage","session_id":"a","input_tokens":"5"}]""");
        Assert.Equal("input_tokens must be a whole number", batch.Json[0].GetProperty("message").GetString());
        var change = await _hub.Send(HttpMethod.Patch, "/api/v1/sessions/a", """{"name":5}""");
        Assert.Equal("name must be a string", change["detail"]);
    }

    [Theory]
    [InlineData("seq=-1", "seq must be a whole number from 0")]
    [InlineData("seq=abc", "seq must be a whole number from 0")]
    [InlineData("seq=99", "seq must not be after the last event, 2")]
    [InlineData("time=01:30", "time must be an RFC 3339 time, such as 2026-01-31T09:30:00Z")]
    [InlineData("time=11/23/2026", "time must be an RFC 3339 time, such as 2026-01-31T09:30:00Z")]
    [InlineData("time=2026-11-23", "time must be an RFC 3339 time, such as 2026-01-31T09:30:00Z")]
    [InlineData("time=2026-11-23T01:30:00", "time must be an RFC 3339 time, such as 2026-01-31T09:30:00Z")]
    [InlineData("time=2026-02-31T01:30:00Z", "time must be an RFC 3339 time, such as 2026-01-31T09:30:00Z")]
    [InlineData("time=2999-01-01T00:00:00%2B02:00", "time must not be in the future")]
    [InlineData("time=2999-01-01T00:00:00.123456789Z", "time must not be in the future")]
    public async Task A_moment_that_is_none_is_told_the_rule_that_it_breaks(string query, string detail)
    {
        var answer = await _hub.Get($"/api/v1/fleet/at?{query}");

        Assert.Equal((400, detail), (answer.Status, answer["detail"]));
    }

    [Fact]
    public async Task Json_deeper_than_the_limit_is_refused()
    {
        var answer = await _hub.Send(HttpMethod.Patch, "/api/v1/sessions/a", "{\"metadata\":{\"a\":" + new string('[', 40) + new string(']', 40) + "}}");

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("PATCH", "/api/v1/sessions/a", true)]
    [InlineData("PATCH", "/api/v1/sessions/a", false)]
    [InlineData("POST", "/api/v1/sessions/a/pause", false)]
    public async Task A_body_over_the_limit_is_refused_with_and_without_its_length(string method, string path, bool chunked)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"name":"{{new string('x', 1024 * 1024)}}"}"""));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path) { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        // Asks before it sends, so that the answer is not lost behind a body that nobody reads.
        request.Headers.ExpectContinue = !chunked;

        using var http = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = _hub.Address };
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(413, (int)response.StatusCode);
        Assert.Contains("\"too_large\"", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(2, _hub.Log.Head);
    }

    [Theory]
    [InlineData("POST", "/api/v1/fleet", 405)]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("GET", "/api/v1/sessions/a/b", 404)]
    [InlineData("PUT", "/api/v1/sessions", 405)]
    [InlineData("POST", "/api/v1/sessions/a/events", 405)]
    [InlineData("POST", "/api/v1/sessions/a/nope", 404)]
    [InlineData("DELETE", "/api/v1/nothing", 404)]
    [InlineData("POST", "/", 405)]
    public async Task A_route_that_is_not_there_says_so(string method, string path, int status)
    {
        var answer = await _hub.Send(HttpMethod.Parse(method), path);

        Assert.Equal(status, answer.Status);
        Assert.Equal("application/problem+json", answer.Headers["Content-Type"]);
    }

    [Fact]
    public async Task A_form_is_not_json()
    {
        using var form = new FormUrlEncodedContent([new("id", "b")]);

        Assert.Equal(415, (await _hub.Post("/api/v1/sessions", form)).Status);
    }
}

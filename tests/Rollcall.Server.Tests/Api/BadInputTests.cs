using System.Net.Http.Headers;
using System.Text;
using Rollcall.Server.Tests.Security;

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
    [InlineData("GET", "/api/v1/sessions?project=a&project=b&search=c&search=d", "", "project,search")]
    [InlineData("GET", "/api/v1/events?limit=0&after=x&wait=99", "", "after,limit,wait")]
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
        var answer = await SendLatin1(HttpMethod.Post, $"/api/v1/sessions/a/{route}", latin1);

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
    [InlineData("POST", "sessions", """{"\ud800":1}""", "body")]
    [InlineData("POST", "sessions", "{\"metadata\":{\"\u00FF\":1,\"\u00FF\":2}}", "metadata")]
    [InlineData("POST", "sessions/a/messages", """{"text":"x","config":{"a":"\ud800"}}""", "config")]
    [InlineData("POST", "sessions/a/messages", """{"text":"x","images":["\ud800"]}""", "images")]
    [InlineData("POST", "sessions/a/messages", "{\"text\":\"x\",\"config\":\"\u00FF\"}", "config")]
    [InlineData("PUT", "flags", """{"\ud800":true}""", "body")]
    [InlineData("PUT", "alerts/rules", """{"\ud800":{}}""", "body")]
    [InlineData("PUT", "alerts/rules", """{"high_cpu":{"\ud800":1}}""", "high_cpu")]
    [InlineData("POST", "hosts/h", """{"containers":[{"name":"\ud800","state":"x"}]}""", "containers")]
    [InlineData("POST", "hosts/h", "{\"\u00FF\":1}", "body")]
    public async Task Text_that_is_no_unicode_is_called_that_wherever_it_stands(string method, string route, string latin1, string field)
    {
        var answer = await SendLatin1(HttpMethod.Parse(method), $"/api/v1/{route}", latin1);

        Assert.Equal((400, $"{field} must be valid Unicode text", field), (answer.Status, answer["detail"], answer.Errors));
    }

    [Fact]
    public async Task Text_that_is_no_unicode_fails_at_no_route()
    {
        string[] bodies =
        [
            """{"\ud800":{}}""", """{"x":"\ud800"}""", "{\"\u00FF\":1}", "{\"x\":{\"\u00FF\":1}}",
            """{"text":"x","session_id":"s","config":{"a":"\ud800"},"metadata":{"\ud800":1},"containers":["\ud800"],"high_cpu":{"\ud800":1}}""",
            "{\"text\":\"x\",\"session_id\":\"s\",\"config\":{\"a\":\"\u00FF\"},\"metadata\":{\"\u00FF\":1},\"high_cpu\":{\"\u00FF\":1}}",
        ];
        var failed = new List<string>();
        foreach (var (method, pattern) in AccessWalk.Mapped(_hub.App).Where(route => route.Method is "POST" or "PUT" or "PATCH" or "DELETE"))
        {
            foreach (var body in bodies)
            {
                var answer = await SendLatin1(HttpMethod.Parse(method), AccessWalk.Path(pattern), body);
                if (answer.Status >= 500)
                {
                    failed.Add($"{method} {pattern} {body}: {answer.Text}");
                }
            }
        }

        Assert.Empty(failed);
    }

    [Theory]
    [InlineData("POST", "sessions", """{"metadata":{"a":1,"a":2}}""", "metadata.a")]
    [InlineData("PATCH", "sessions/a", """{"metadata":{"b":[0,{"a":1,"\u0061":2}]}}""", "metadata.b[1].a")]
    [InlineData("PUT", "flags", """{"alerts":false,"alerts":true}""", "alerts")]
    [InlineData("PUT", "alerts/rules", """{"high_cpu":{"error":80,"error":90}}""", "high_cpu.error")]
    [InlineData("POST", "hosts/h", """{"cpu_percent":1,"cpu_percent":2}""", "cpu_percent")]
    public async Task A_field_that_is_given_twice_is_named(string method, string route, string body, string field)
    {
        var answer = await _hub.Send(HttpMethod.Parse(method), $"/api/v1/{route}", body);

        Assert.Equal((400, $"{field} is given twice", field), (answer.Status, answer["detail"], answer.Errors));
    }

    [Theory]
    [InlineData("sessions", """{"name":5}""", "name must be a string")]
    [InlineData("sessions", """{"lease_seconds":"5"}""", "lease_seconds must be a whole number")]
    [InlineData("sessions/a/usage", """{"input_tokens":"5"}""", "input_tokens must be a whole number")]
    [InlineData("sessions/a/usage", """{"input_tokens":2.5}""", "input_tokens must be a whole number in plain digits, of at most 64 bits")]
    [InlineData("sessions/a/usage", """{"input_tokens":1.0}""", "input_tokens must be a whole number in plain digits, of at most 64 bits")]
    [InlineData("sessions/a/usage", """{"input_tokens":1e400}""", "input_tokens must be a whole number in plain digits, of at most 64 bits")]
    [InlineData("sessions/a/usage", """{"input_tokens":9223372036854775808}""", "input_tokens must be a whole number in plain digits, of at most 64 bits")]
    [InlineData("sessions", """{"lease_seconds":3000000000}""", "lease_seconds must be a whole number in plain digits, of at most 32 bits")]
    [InlineData("sessions/a/usage", """{"cost_usd":1e40}""", "cost_usd must be a number of at most 28 digits")]
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

    [Theory]
    [InlineData("PATCH", "sessions/a")]
    [InlineData("POST", "sessions/a/status")]
    [InlineData("PUT", "flags")]
    [InlineData("PUT", "alerts/rules")]
    [InlineData("POST", "hosts/h")]
    public async Task Json_deeper_than_the_limit_is_refused(string method, string route)
    {
        var answer = await _hub.Send(HttpMethod.Parse(method), $"/api/v1/{route}", Nested("metadata", 40));

        Assert.Equal((400, "metadata nests too deeply: at most 32 levels are read"), (answer.Status, answer["detail"]));
    }

    [Fact]
    public async Task A_hook_is_taken_however_deeply_it_nests()
    {
        var report = """{"session_id":"b","hook_event_name":"PreToolUse","tool_name":"x",""" + Nested("tool_input", 1000)[1..];
        var answer = await _hub.Post("/ingest/hooks/claude-code", report);

        Assert.Equal(204, answer.Status);
        Assert.Equal("claude-code", (await _hub.Get("/api/v1/sessions/b"))["agent"]);
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

    [Fact]
    public async Task A_form_is_not_json()
    {
        using var form = new FormUrlEncodedContent([new("id", "b")]);

        var answer = await _hub.Post("/api/v1/sessions", form);
        Assert.Equal((415, "the body must be sent as application/json"), (answer.Status, answer["detail"]));
    }

    [Fact]
    public async Task Many_commands_in_a_form_are_told_both_ways_to_send_them()
    {
        using var form = new FormUrlEncodedContent([new("id", "b")]);

        var answer = await _hub.Post("/api/v1/commands", form);
        Assert.Equal((415, "the body must be sent as application/json or application/x-ndjson"), (answer.Status, answer["detail"]));
    }

    private static string Nested(string field, int levels) => $"{{\"{field}\":{{\"a\":{new string('[', levels)}{new string(']', levels)}}}}}";

    private async Task<Answer> SendLatin1(HttpMethod method, string path, string latin1)
    {
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(latin1));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await _hub.Send(method, path, content);
    }
}

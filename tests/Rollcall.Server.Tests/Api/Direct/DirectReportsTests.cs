using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Api.Direct;

/// <summary>Reports are answered past the web server exactly where it would answer the same; whatever else a connection says is its to answer.</summary>
public sealed class DirectReportsTests : IAsyncLifetime
{
    private const string Json = HttpLine.Json;
    private const string Idle = """{"status":"idle"}""";

    private int _served;
    private IDisposable _watching = null!;
    private TestHub _hub = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await Begin(await TestHub.Start());

    public async ValueTask DisposeAsync()
    {
        _watching.Dispose();
        await _hub.DisposeAsync();
    }

    [Theory]
    [InlineData("POST /api/v1/sessions", """{"id":"new-1","name":"ü<&+"}""", """{"id":"new-2","name":"ü<&+"}""")]
    [InlineData("POST /api/v1/sessions", """{"id":"s","status":"idle"}""")]
    [InlineData("POST /api/v1/sessions", """{"id":"count"}""")]
    [InlineData("PATCH /api/v1/sessions/s", """{"name":"x"}""")]
    [InlineData("PATCH /api/v1/sessions/nobody", """{"name":"x"}""")]
    [InlineData("POST /api/v1/sessions/s/status", Idle)]
    [InlineData("POST /api/v1/sessions/s/status", """{"status":"initializing"}""")]
    [InlineData("POST /api/v1/sessions/nobody/status", Idle)]
    [InlineData("POST /api/v1/sessions/s/heartbeat", "{}")]
    [InlineData("POST /api/v1/sessions/s/heartbeat", "")]
    [InlineData("POST /api/v1/sessions/s/usage", """{"input_tokens":1}""")]
    [InlineData("POST /api/v1/sessions/s/usage", """{"input_tokens":-1}""")]
    [InlineData("POST /api/v1/sessions/s/output", """{"text":"x"}""")]
    public async Task It_is_answered_as_the_web_server_does(string target, string body, string? other = null)
    {
        using var direct = await Connect();
        var given = await direct.Ask(Request(target, body));
        Assert.Equal(0, _served);

        // The query means nothing, and is not plain.
        using var served = await Connect();
        var expected = await served.Ask(Request(target + "?x", other ?? body));
        Assert.Equal(1, _served);
        Assert.Equal(expected.Status, given.Status);
        Assert.Equal(Lasting(expected), Lasting(given));
        Assert.Equal(Lasting(expected.Body, "new-2"), Lasting(given.Body, "new-1"));
        Assert.Equal(expected.Body.Contains('ü', StringComparison.Ordinal), given.Body.Contains('ü', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_a_session_is_that_was_begun_is_told()
    {
        using var line = await Connect();
        Assert.Contains("Location: /api/v1/sessions/new\r\n", (await line.Ask(Request("POST /api/v1/sessions", """{"id":"new"}"""))).Head, StringComparison.Ordinal);
        Assert.Contains("\"id\":\"session_", (await line.Ask(Request("POST /api/v1/sessions", "{}"))).Body, StringComparison.Ordinal);
        Assert.Equal(0, _served);
    }

    [Theory]
    [InlineData(200, "POST /api/v1/sessions/s/status", Idle, Json + "Idempotency-Key: k\r\n")]
    [InlineData(403, "POST /api/v1/sessions/s/status", Idle, Json + "Origin: https://elsewhere.example\r\n")]
    [InlineData(403, "POST /api/v1/sessions/s/status", Idle, Json + "Sec-Fetch-Site: cross-site\r\n")]
    [InlineData(401, "POST /api/v1/sessions/s/status", Idle, Json + "Authorization: Bearer rlc_unknown_key\r\n")]
    [InlineData(401, "POST /api/v1/sessions/s/status", Idle, Json + "X-Forwarded-For: 10.0.0.1\r\n")]
    [InlineData(415, "POST /api/v1/sessions/s/status", Idle, "Content-Type: text/plain\r\n")]
    [InlineData(400, "POST /api/v1/sessions/s/status", """{"status":"wrong"}""", Json)]
    [InlineData(400, "POST /api/v1/sessions/s/status", """{"status":""", Json)]
    [InlineData(200, "POST /api/v1/sessions/s/status", """{"status":"terminating"}""", Json)]
    [InlineData(200, "POST /api/v1/sessions/s/status?x=1", Idle, Json)]
    [InlineData(200, "POST /api/v1/sessions/%73/status", Idle, Json)]
    [InlineData(404, "POST /api/v1/sessions/../status", Idle, Json)]
    [InlineData(405, "PATCH /api/v1/sessions", """{"id":"x"}""", Json)]
    [InlineData(404, "POST /api/v1/sessions//status", Idle, Json)]
    [InlineData(405, "post /api/v1/sessions/s/status", Idle, Json)]
    [InlineData(200, "POST /api/v1/sessions/s/status", Idle, "")]
    [InlineData(200, "POST /api/v1/sessions/s/heartbeat", "{}", "")]
    [InlineData(200, "POST /api/v1/sessions/s/usage", "", "")]
    [InlineData(200, "POST /api/v1/sessions/s/status", Idle, "Content-Type: application/json; charset=utf-16\r\n")]
    [InlineData(200, "POST /api/v1/sessions/s/status", Idle, Json + "Upgrade: h2c\r\n")]
    [InlineData(200, "POST /api/v1/sessions/s/status", Idle, Json + "Origin: http://{host}\r\n")]
    [InlineData(200, "POST /api/v1/sessions/s/status", Idle, Json + "Expect: 100-continue\r\n")]
    [InlineData(200, "POST /api/v1/sessions/s/status", Idle, Json + "TE: trailers\r\n")]
    [InlineData(200, "POST /api/v1/sessions/s/status", Idle, Json + "Trailer: X\r\n")]
    [InlineData(401, "POST /api/v1/sessions/s/status", Idle, Json + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n")]
    [InlineData(404, "POST /api/v1/sessions/s/nothing", Idle, Json)]
    [InlineData(405, "PATCH /api/v1/sessions/s/status", Idle, Json)]
    [InlineData(405, "POST /api/v1/sessions/s", Idle, Json)]
    [InlineData(200, "POST /api/v1/sessions/s/pause", "", "")]
    [InlineData(200, "POST /api/v1/sessions/s/status", Idle, Json + "X-Tab: a\tb\r\n")]
    [InlineData(400, "POST /api/v1/sessions/s/status", Idle, Json + "Content-Length: 1\r\n")]
    [InlineData(400, "POST /api/v1/sessions/s/status", Idle, Json + "Host: other\r\n")]
    [InlineData(400, "POST /api/v1/sessions/s/status", Idle, Json + "Folded: a\r\n b\r\n")]
    public async Task Everything_else_is_left_to_the_web_server(int status, string target, string body, string fields)
    {
        using var line = await Connect();
        Assert.Equal(status, (await line.Ask(Request(target, body, fields.Replace("{host}", _hub.Address.Authority, StringComparison.Ordinal)))).Status);

        // A head that is wrong is refused before the application hears of it.
        Assert.Equal(fields.Contains("Length", StringComparison.Ordinal) || fields.Contains("Host", StringComparison.Ordinal) || fields.Contains("Folded", StringComparison.Ordinal) ? 0 : 1, _served);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n", "13\r\n{\"status\":\"active\"}\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 19 x\r\n", "")]
    [InlineData("Content-Length: 4097\r\n", "{\"status\":\"active\"")]
    public async Task A_length_that_is_not_plain_is_left_to_the_web_server(string length, string body)
    {
        using var line = await Connect();
        var text = body.Length == 18 ? body + new string(' ', 4097 - 19) + "}" : body;
        var answer = await line.Ask($"POST /api/v1/sessions/s/status HTTP/1.1\r\nHost: {_hub.Address.Authority}\r\n{Json}{length}\r\n{text}");
        Assert.Equal(body.Length == 0 ? 400 : 200, answer.Status);
        Assert.Equal(body.Length == 0 ? 0 : 1, _served);
    }

    [Fact]
    public async Task What_comes_together_is_answered_in_its_order_whoever_answers_it()
    {
        using var line = await Connect();
        await line.Say(
            Request("POST /api/v1/sessions/s/status", Idle) + Request("POST /api/v1/sessions/s/usage", """{"input_tokens":7}""")
            + $"GET /api/v1/sessions/s HTTP/1.1\r\nHost: {_hub.Address.Authority}\r\n\r\n" + Request("POST /api/v1/sessions/nobody/heartbeat", "{}"));
        Assert.Contains("\"status\":\"idle\"", (await line.Hear()).Body, StringComparison.Ordinal);
        Assert.Contains("\"input_tokens\":7", (await line.Hear()).Body, StringComparison.Ordinal);
        Assert.StartsWith("{\"id\":\"s\"", (await line.Hear()).Body, StringComparison.Ordinal);
        Assert.Equal(404, (await line.Hear()).Status);
        Assert.Equal(2, _served);
    }

    [Fact]
    public async Task One_that_comes_in_pieces_is_answered_wherever_it_is_cut()
    {
        using var line = await Connect();
        var request = Request("POST /api/v1/sessions/s/usage", """{"input_tokens":1}""");
        for (var cut = 1; cut < request.Length; cut += 7)
        {
            using var other = await Connect();
            Assert.Equal(200, (await other.Ask(request)).Status);
            await other.Say(request[..cut]);
            await Whereabouts.Pause();
            await other.Say(request[cut..]);
            Assert.Equal(200, (await other.Hear()).Status);
        }
    }

    [Fact]
    public async Task One_of_an_older_version_is_the_last()
    {
        using var line = await Connect();
        Assert.Equal(200, (await line.Ask(Request("POST /api/v1/sessions/s/status", Idle).Replace("HTTP/1.1", "HTTP/1.0", StringComparison.Ordinal))).Status);
        Assert.Equal(1, _served);
        Assert.True(await line.Ends());
    }

    [Theory]
    [InlineData("POST /api/v1/sessions/s/heartbeat", "", "")]
    [InlineData("POST /api/v1/sessions/s/heartbeat", "{}", Json + "User-Agent: long\r\n")]
    public async Task It_may_say_less_or_more(string target, string body, string fields)
    {
        using var line = await Connect();
        var request = Request(target, body, fields).Replace("Content-Length", "content-length", StringComparison.Ordinal);
        Assert.Equal(200, (await line.Ask(request.Replace("long", new string('x', 3000), StringComparison.Ordinal))).Status);
        Assert.Equal(0, _served);
        Assert.Equal(200, (await line.Ask(request.Replace("long", new string('x', 9000), StringComparison.Ordinal))).Status);
        Assert.Equal(body.Length == 0 ? 0 : 1, _served);
    }

    [Fact]
    public async Task One_whose_body_has_not_come_is_not_taken_for_one_without()
    {
        using var line = await Connect();
        var request = Request("POST /api/v1/sessions/s/heartbeat", "{}");
        await line.Say(request[..^2]);
        await Hearing.Eventually(() => Task.FromResult(_served == 1));
        await line.Say(request[^2..]);
        Assert.Equal(200, (await line.Hear()).Status);
        Assert.Equal(1, _served);
    }

    [Fact]
    public async Task An_answer_is_as_long_as_its_session()
    {
        using var line = await Connect();
        for (var i = 0; i < 16; i++)
        {
            var answer = await line.Ask(Request("PATCH /api/v1/sessions/s", $$$"""{"metadata":{"k{{{i}}}":"{{{new string('x', 900)}}}"}}"""));
            Assert.Equal(200, answer.Status);
            Assert.InRange(answer.Body.Length, 900 * (i + 1), 2000 + (1000 * (i + 1)));
        }

        Assert.Equal(0, _served);
    }

    /// <summary>The line of the body's length counts, too.</summary>
    [Theory]
    [InlineData(100, 200)]
    [InlineData(101, 431)]
    public async Task It_has_as_many_fields_as_the_web_server_takes(int fields, int status)
    {
        using var line = await Connect();
        var more = string.Concat(Enumerable.Range(0, fields - 3).Select(i => $"X-{i}: 1\r\n"));
        Assert.Equal(status, (await line.Ask(Request("POST /api/v1/sessions/s/heartbeat", "{}", Json + more))).Status);
        Assert.Equal(0, _served);
    }

    private async Task Begin(TestHub hub)
    {
        _hub = hub;
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions?x", new { id = "s" })).Status);
        _watching = Diagnosis.Hear(_hub, Diagnosis.Begun, _ => Interlocked.Increment(ref _served));
        _served = 0;
    }

    private Task<HttpLine> Connect() => HttpLine.To(_hub);

    private string Request(string target, string body, string fields = Json) => HttpLine.Request(_hub, target, body, fields);

    private static IEnumerable<string> Lasting(Heard heard) => heard.Head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Order()
        .Where(line => !line.StartsWith("Content-Length", StringComparison.Ordinal) && !line.StartsWith("Transfer-Encoding", StringComparison.Ordinal))
        .Select(line => line.StartsWith("Date: ", StringComparison.Ordinal) || line.StartsWith("Location: ", StringComparison.Ordinal) ? line.Split(' ')[0] : line);

    /// <summary>Without what is another each time.</summary>
    private static string Lasting(string body, string id)
    {
        var json = JsonNode.Parse(body)!.AsObject();
        foreach (var part in new[] { json, json["session"] as JsonObject })
        {
            foreach (var name in new[] { "seq", "version", "created_at", "updated_at", "last_seen_at", "usage" })
            {
                part?.Remove(name);
            }
        }

        return json.ToJsonString().Replace(id, "new", StringComparison.Ordinal);
    }
}

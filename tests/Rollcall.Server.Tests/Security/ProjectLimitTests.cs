using Rollcall.Server.Security;
using Rollcall.Server.Tests.Sockets;

namespace Rollcall.Server.Tests.Security;

/// <summary>A key limited to projects: it sees and reports their sessions, and nothing else.</summary>
public sealed class ProjectLimitTests : IAsyncLifetime
{
    private static readonly (Key Key, string Credential) Whole = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
    private static readonly (Key Key, string Credential) Limited = Key.Make(Scopes.All, ["shop"], null, null, DateTimeOffset.UnixEpoch);
    private TestHub _hub = null!;
    private HttpClient _limited = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: [Whole.Key, Limited.Key]);
        _limited = _hub.Client(Limited.Credential);
        var whole = _hub.Client(Whole.Credential);
        await _hub.Post("/api/v1/sessions", new { id = "mine", project = "shop" }, whole);
        await _hub.Post("/api/v1/sessions", new { id = "theirs", project = "bank" }, whole);
        await _hub.Post("/api/v1/sessions", new { id = "nobodys" }, whole);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task It_lists_counts_and_reads_only_its_own()
    {
        var list = await _hub.Get("/api/v1/sessions?status=all", _limited);
        Assert.Equal("1", list["total"]);
        Assert.Equal("mine", list.Json.GetProperty("sessions")[0].GetProperty("id").GetString());
        var count = await _hub.Get("/api/v1/sessions/count", _limited);
        Assert.Equal(("1", "1"), (count["active_sessions"], count["total_sessions"]));
        Assert.Equal(200, (await _hub.Get("/api/v1/sessions/mine", _limited)).Status);
        Assert.Equal(404, (await _hub.Get("/api/v1/sessions/theirs", _limited)).Status);
        Assert.Equal(404, (await _hub.Get("/api/v1/sessions/nobodys/events", _limited)).Status);
    }

    [Fact]
    public async Task It_reads_only_its_own_events_and_still_reaches_the_end()
    {
        var page = await _hub.Get("/api/v1/events?limit=2", _limited);

        Assert.All(page.Json.GetProperty("events").EnumerateArray(), e => Assert.Equal("mine", e.GetProperty("payload").GetProperty("session_id").GetString()));
        Assert.Equal("2", page["seq"]);
        var rest = await _hub.Get("/api/v1/events?after=2", _limited);
        Assert.Equal(0, rest.Json.GetProperty("events").GetArrayLength());
        Assert.Equal($"{_hub.Log.Head}", rest["seq"]);
    }

    [Theory]
    [InlineData("POST", "/api/v1/sessions", """{"id":"new","project":"bank"}""")]
    [InlineData("POST", "/api/v1/sessions", """{"id":"new"}""")]
    [InlineData("POST", "/api/v1/sessions", """{"id":"theirs","project":"shop"}""")]
    [InlineData("POST", "/api/v1/sessions/theirs/status", """{"status":"idle"}""")]
    [InlineData("PATCH", "/api/v1/sessions/theirs", """{"name":"x"}""")]
    [InlineData("DELETE", "/api/v1/sessions/nobodys", "{}")]
    [InlineData("POST", "/api/v1/sessions/theirs/cancel", "{}")]
    [InlineData("POST", "/api/v1/sessions/nowhere/status", """{"status":"idle"}""")]
    [InlineData("POST", "/ingest/hooks/claude-code", """{"session_id":"h","cwd":"/src/bank","hook_event_name":"SessionStart","source":"startup"}""")]
    public async Task It_commands_nothing_of_another_project(string method, string path, string body)
    {
        var head = _hub.Log.Head;

        var answer = await _hub.Send(HttpMethod.Parse(method), path, body, _limited);

        Assert.Equal((403, "forbidden"), (answer.Status, answer.Code));
        Assert.Equal(head, _hub.Log.Head);
    }

    /// <summary>Neither a session that has ended in another project, nor one of its own into another.</summary>
    [Theory]
    [InlineData("theirs", "/src/shop")]
    [InlineData("nobodys", "/src/shop")]
    [InlineData("mine", "/src/bank")]
    public async Task It_begins_no_new_life_across_projects(string session, string cwd)
    {
        await _hub.Send(HttpMethod.Delete, $"/api/v1/sessions/{session}", null, _hub.Client(Whole.Credential));
        var (before, head) = (await _hub.Get($"/api/v1/sessions/{session}", _hub.Client(Whole.Credential)), _hub.Log.Head);

        var answer = await _hub.Post("/ingest/hooks/claude-code", new { session_id = session, cwd, hook_event_name = "SessionStart", source = "resume" }, _limited);

        Assert.Equal((403, "forbidden"), (answer.Status, answer.Code));
        Assert.Equal(head, _hub.Log.Head);
        Assert.Equal(before.Text, (await _hub.Get($"/api/v1/sessions/{session}", _hub.Client(Whole.Credential))).Text);
    }

    [Fact]
    public async Task It_hears_nothing_of_an_earlier_life_in_another_project()
    {
        var whole = _hub.Client(Whole.Credential);
        await _hub.Post("/api/v1/sessions/theirs/output", new { text = "secret" }, whole);
        await _hub.Send(HttpMethod.Delete, "/api/v1/sessions/theirs", null, whole);
        await _hub.Post("/ingest/hooks/claude-code", new { session_id = "theirs", cwd = "/src/shop", hook_event_name = "SessionStart", source = "resume" }, whole);
        await _hub.Post("/api/v1/sessions/theirs/output", new { text = "open" }, whole);

        foreach (var (credential, pieces) in ((string, int)[])[(Limited.Credential, 1), (Whole.Credential, 2)])
        {
            using var socket = await RawSocket.Open(_hub, credential);
            var joined = (await socket.Join("session:theirs")).GetProperty("response").GetProperty("snapshot");
            Assert.Equal(pieces, joined.GetProperty("output").GetArrayLength());
            var events = await _hub.Get("/api/v1/sessions/theirs/events", _hub.Client(credential));
            Assert.Equal(pieces == 2, events.Text.Contains("secret", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task It_begins_a_new_life_of_its_own()
    {
        await _hub.Send(HttpMethod.Delete, "/api/v1/sessions/mine", null, _limited);

        var answer = await _hub.Post("/ingest/hooks/claude-code", new { session_id = "mine", cwd = "/src/shop", hook_event_name = "SessionStart", source = "resume" }, _limited);

        Assert.Equal(204, answer.Status);
        Assert.Equal("idle", (await _hub.Get("/api/v1/sessions/mine", _limited))["status"]);
    }

    [Fact]
    public async Task It_begins_and_reports_sessions_of_its_own_in_one_batch()
    {
        var answer = await _hub.Post("/api/v1/commands", """
            [{"type":"create","session_id":"a","cwd":"/src/shop"},{"type":"status","session_id":"a","status":"idle"},
             {"type":"create","session_id":"b","cwd":"/src/bank"},{"type":"status","session_id":"b","status":"idle"},
             {"type":"status","session_id":"theirs","status":"idle"}]
            """, _limited);

        Assert.Equal(200, answer.Status);
        Assert.Equal([true, true, false, false, false], answer.Json.EnumerateArray().Select(item => item.GetProperty("ok").GetBoolean()));
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions", new { id = "c", cwd = "/src/shop/" }, _limited)).Status);
    }
}

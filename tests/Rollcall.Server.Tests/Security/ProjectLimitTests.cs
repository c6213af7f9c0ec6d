using System.Text.Json;
using Rollcall.Core;
using Rollcall.Core.Sessions;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
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
        // The clock stands: however busy the machine is, a hook is told what became of it.
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: new TestClock(), keys: [Whole.Key, Limited.Key]);
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

    [Fact]
    public async Task It_finds_its_own_behind_much_that_is_not()
    {
        var (text, head) = (new string('x', 60_000), _hub.Log.Head);
        var whole = _hub.Client(Whole.Credential);
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(200, (await _hub.Post("/api/v1/sessions/theirs/output", new { text }, whole)).Status);
        }

        await _hub.Post("/api/v1/sessions/mine/output", new { text = "mine" }, whole);
        var page = await _hub.Get($"/api/v1/events?after={head}&limit=1000", _limited);
        Assert.Equal(1, page.Json.GetProperty("events").GetArrayLength());
        Assert.Equal($"{_hub.Log.Head}", page["seq"]);
    }

    [Fact]
    public async Task One_request_looks_through_10000_events_and_the_next_one_goes_on()
    {
        var (whole, head) = (_hub.Client(Whole.Credential), _hub.Log.Head);
        var output = """{"type":"output","session_id":"theirs","text":"x"}""" + "\n";
        await _hub.Post("/api/v1/commands", new StringContent(string.Concat(Enumerable.Repeat(output, 10_500))), whole);
        await _hub.Post("/api/v1/sessions/mine/output", new { text = "mine" }, whole);

        var page = await _hub.Get($"/api/v1/events?after={head}&wait=30", _limited);
        Assert.Equal((0, $"{head + 10_000}", $"{head + 10_501}"), (page.Json.GetProperty("events").GetArrayLength(), page["seq"], page["head"]));
        var next = await _hub.Get($"/api/v1/events?after={page["seq"]}", _limited);
        Assert.Equal((1, page["head"]), (next.Json.GetProperty("events").GetArrayLength(), next["seq"]));
    }

    /// <summary>Whatever lies between them: each page is full, and none is larger than a page may be.</summary>
    [Theory]
    [InlineData(2, 1, 4)]
    [InlineData(1000, 60_000, 41)]
    public async Task It_reads_all_its_own_in_full_pages(int limit, int length, int theirsEvery)
    {
        var (text, expected) = (new string('x', length), new List<long>());
        var (whole, after) = (_hub.Client(Whole.Credential), $"{_hub.Log.Head}");
        foreach (var id in Enumerable.Range(0, 41).Select(i => i % theirsEvery == 0 ? "theirs" : "mine"))
        {
            Assert.Equal(200, (await _hub.Post($"/api/v1/sessions/{id}/output", new { text }, whole)).Status);
            expected.AddRange(id == "mine" ? [_hub.Log.Head] : []);
        }

        var (seqs, counts) = (new List<long>(), new List<int>());
        for (Answer page; (page = await _hub.Get($"/api/v1/events?limit={limit}&after={after}", _limited)).Json.GetProperty("events").GetArrayLength() > 0; after = page["seq"])
        {
            Assert.InRange(page.Text.Length, 0, 1_200_000);
            seqs.AddRange(page.Json.GetProperty("events").EnumerateArray().Select(told => told.GetProperty("payload").GetProperty("seq").GetInt64()));
            counts.Add(page.Json.GetProperty("events").GetArrayLength());
        }

        Assert.Equal(expected, seqs);
        Assert.All(counts.SkipLast(1), count => Assert.Equal(counts[0], count));
        Assert.InRange(counts[0], 2, limit);
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
    public async Task Its_refused_hooks_change_nothing_of_what_later_ones_mean()
    {
        var whole = _hub.Client(Whole.Credential);
        await Hook(204, whole, new { session_id = "theirs", hook_event_name = "UserPromptSubmit" });

        await Hook(403, _limited, new { session_id = "theirs", hook_event_name = "PermissionRequest", tool_name = "Bash", tool_input = new { command = "INJECTED" } });
        await Hook(204, whole, new { session_id = "theirs", hook_event_name = "PreToolUse", tool_name = "Bash", tool_input = new { command = "ls" }, tool_use_id = "t1" });
        var working = await _hub.Get("/api/v1/sessions/theirs", whole);
        Assert.Equal("active", working["status"]);
        Assert.DoesNotContain("INJECTED", working.Text, StringComparison.Ordinal);

        await Hook(403, _limited, new { session_id = "theirs", hook_event_name = "SessionEnd" });
        await Hook(204, whole, new { session_id = "theirs", hook_event_name = "Stop" });
        Assert.Equal("idle", (await _hub.Get("/api/v1/sessions/theirs", whole))["status"]);

        async Task Hook(int status, HttpClient client, object hook) =>
            Assert.Equal(status, (await _hub.Post("/ingest/hooks/claude-code", hook, client)).Status);
    }

    [Theory]
    [InlineData("UserPromptSubmit")]
    [InlineData("SessionEnd")]
    public async Task A_hook_is_answered_alike_whether_a_foreign_session_lives_has_ended_or_never_was(string name)
    {
        var whole = _hub.Client(Whole.Credential);
        foreach (var (session, project) in ((string, string)[])[("ended", "bank"), ("own", "shop")])
        {
            await Hook(whole, new { session_id = session, cwd = $"/src/{project}", hook_event_name = "SessionStart", source = "startup" });
            await Hook(whole, new { session_id = session, hook_event_name = "SessionEnd" });
        }

        foreach (var session in (string[])["theirs", "ended", "nowhere"])
        {
            var answer = await Hook(_limited, new { session_id = session, hook_event_name = name });
            Assert.Equal((session, 403, Outcome.Foreign.Message), (session, answer.Status, answer["detail"]));
        }

        Assert.Equal(204, (await Hook(_limited, new { session_id = "own", hook_event_name = name })).Status);

        Task<Answer> Hook(HttpClient client, object hook) => _hub.Post("/ingest/hooks/claude-code", hook, client);
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
            var messages = await _hub.Get("/api/projects/shop/sessions/theirs/messages", _hub.Client(credential));
            Assert.Equal(pieces, messages.Json.GetProperty("data").GetArrayLength());
        }
    }

    /// <summary>Also where it does not say in which project, for which the earlier life's stands.</summary>
    [Theory]
    [InlineData("/src/shop")]
    [InlineData(null)]
    public async Task It_begins_a_new_life_of_its_own(string? cwd)
    {
        await _hub.Send(HttpMethod.Delete, "/api/v1/sessions/mine", null, _limited);

        var answer = await _hub.Post("/ingest/hooks/claude-code", new { session_id = "mine", cwd, hook_event_name = "SessionStart", source = "resume" }, _limited);

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

    [Fact]
    public async Task It_owns_and_tells_nothing_any_more_once_a_new_life_is_of_another_project()
    {
        using var owner = await RawSocket.Open(_hub, Limited.Credential);
        using var watcher = await RawSocket.Open(_hub, Limited.Credential);
        await owner.Join("session:mine", new { role = "owner" });
        await watcher.Join("session:mine");
        await BeginAnew("mine", "bank");

        var owned = await _hub.Get("/api/v1/sessions/mine/owner", _hub.Client(Whole.Credential));
        Assert.Equal(("False", ""), (owned["owned"], owned["key"]));
        Assert.Equal("error", (await owner.Push("session:mine", "update", new { name = "x" })).GetProperty("status").GetString());

        using var theirs = await RawSocket.Open(_hub, Whole.Credential);
        await theirs.Join("session:mine", new { role = "owner" });
        foreach (var (name, payload) in new (string, object)[] { ("pause", new { }), ("send_message", new { text = "not theirs" }), ("cancel", new { }) })
        {
            var answer = (await watcher.Push("session:mine", name, payload)).GetProperty("response");
            Assert.Equal("forbidden", answer.GetProperty("code").GetString());
        }

        Assert.False(_hub.Hub.View.Live["mine"].View.IsPaused);
        Assert.Equal(202, (await _hub.Post("/api/v1/sessions/mine/messages", new { text = "theirs" }, _hub.Client(Whole.Credential))).Status);
        Assert.Equal("theirs", (await FirstWord(theirs)).GetProperty("text").GetString());
    }

    private async Task BeginAnew(string session, string project)
    {
        var whole = _hub.Client(Whole.Credential);
        await _hub.Send(HttpMethod.Delete, $"/api/v1/sessions/{session}", null, whole);
        await _hub.Hub.Submit(new CreateSession { SessionId = session, Project = project, Revive = true });
        Assert.Equal(project, (await _hub.Get($"/api/v1/sessions/{session}", whole))["project"]);
    }

    /// <summary>The first that an owner is asked.</summary>
    private static async Task<JsonElement> FirstWord(RawSocket owner)
    {
        while (await owner.Next() is { } text)
        {
            var frame = JsonElement.Parse(text);
            if (frame[3].GetString() is "send_message" or "cancel" or "pause")
            {
                return frame[4];
            }
        }

        throw new EndOfStreamException("the hub closed the socket");
    }
}

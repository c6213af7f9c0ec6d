using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rollcall.Core.Fleet;
using Rollcall.Server.Tests.Sockets;

namespace Rollcall.Server.Tests.Api;

/// <summary>What is reported of a session and asked of its owner, one by one and many at once.</summary>
public sealed class CommandsTests : IAsyncLifetime
{
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        await _hub.Post("/api/v1/sessions", new { id = "a", project = "shop" });
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData("POST", "status", """{"status":"waiting","waiting_for":"permission","waiting_text":"rm?"}""", "waiting_for", "permission")]
    [InlineData("POST", "status", """{"status":"error","error_message":"no"}""", "error_message", "no")]
    [InlineData("PATCH", "", """{"name":"n","metadata":{"a":1},"unknown":true}""", "name", "n")]
    [InlineData("POST", "usage", """{"input_tokens":3,"output_tokens":4,"cost_usd":0.25}""", "usage.total_tokens", "7")]
    [InlineData("POST", "pause", "", "is_paused", "True")]
    [InlineData("POST", "resume", "", "is_paused", "False")]
    [InlineData("POST", "heartbeat", "", "status", "active")]
    [InlineData("POST", "output", """{"text":"hello","stream":"assistant"}""", "status", "active")]
    [InlineData("POST", "tasks", """{"task_id":"t"}""", "tasks_running", "1")]
    [InlineData("DELETE", "", """{"reason":"completed"}""", "status", "terminated")]
    [InlineData("DELETE", "", "", "status", "terminated")]
    public async Task A_command_is_answered_with_the_session_after_it(string method, string route, string body, string field, string value)
    {
        var answer = await _hub.Send(HttpMethod.Parse(method), $"/api/v1/sessions/a/{route}".TrimEnd('/'), body.Length == 0 ? null : body);

        Assert.Equal(200, answer.Status);
        Assert.Equal("True", answer["ok"]);
        var found = field.Split('.').Aggregate(answer.Json.GetProperty("session"), (json, name) => json.GetProperty(name));
        Assert.Equal(value, found.ToString());
        Assert.Equal($"{_hub.Log.Head}", answer["seq"]);
    }

    [Fact]
    public async Task A_task_gets_an_id_when_it_has_none_and_is_completed_by_it()
    {
        var started = await _hub.Post("/api/v1/sessions/a/tasks");
        var completed = await _hub.Post($"/api/v1/sessions/a/tasks/{started["task_id"]}/complete", new { outcome = "failed" });

        Assert.Equal("0", completed.Json.GetProperty("session").GetProperty("tasks_running").ToString());
        Assert.Equal("not_found", (await _hub.Post("/api/v1/sessions/a/tasks/never/complete")).Code);
    }

    [Fact]
    public async Task What_the_machine_forbids_is_refused_with_its_reason()
    {
        await _hub.Send(HttpMethod.Delete, "/api/v1/sessions/a");
        var head = _hub.Log.Head;

        var illegal = await _hub.Post("/api/v1/sessions/a/status", new { status = "active" });
        Assert.Equal((409, "invalid_transition"), (illegal.Status, illegal.Code));
        Assert.Contains("from terminated to active", illegal["detail"], StringComparison.Ordinal);
        Assert.Equal((409, "conflict"), await Refusal(_hub.Post("/api/v1/sessions/a/heartbeat")));
        Assert.Equal((409, "conflict"), await Refusal(_hub.Post("/api/v1/sessions", new { id = "a" })));
        Assert.Equal((404, "not_found"), await Refusal(_hub.Post("/api/v1/sessions/b/heartbeat")));
        Assert.Equal((404, "not_found"), await Refusal(_hub.Get("/api/v1/sessions/b")));
        Assert.Equal(head, _hub.Log.Head);
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("50 % ü", "50%20%25%20%C3%BC")]
    public async Task A_task_is_counted_out_whatever_its_id_is_made_of(string id, string inAddress)
    {
        Assert.Equal(200, (await _hub.Post("/api/v1/sessions/a/tasks", new { task_id = id })).Status);

        var answer = await _hub.Post($"/api/v1/sessions/a/tasks/{inAddress}/complete?x=/");

        Assert.Equal((200, id), (answer.Status, answer["task_id"]));
        Assert.Equal(0, answer.Json.GetProperty("session").GetProperty("tasks_running").GetInt32());
    }

    [Fact]
    public async Task A_message_reaches_the_owner_and_says_so_when_there_is_none()
    {
        Assert.Equal((409, "no_owner"), await Refusal(_hub.Post("/api/v1/sessions/a/messages", new { text = "hi" })));
        Assert.Equal((409, "no_owner"), await Refusal(_hub.Post("/api/v1/sessions/a/cancel")));
        Assert.Equal((404, "not_found"), await Refusal(_hub.Post("/api/v1/sessions/b/cancel")));
        Assert.Equal("text", (await _hub.Post("/api/v1/sessions/a/messages", "{}")).Errors);
        var heard = new List<string>();
        await _hub.Hub.Own("a", new Owner((name, payload) => { heard.Add(name + Encoding.UTF8.GetString(payload.Span)); return true; }, () => { }));

        Assert.Equal(202, (await _hub.Post("/api/v1/sessions/a/messages", new { text = "hi" })).Status);
        Assert.Equal(202, (await _hub.Post("/api/v1/sessions/a/cancel")).Status);
        await _hub.Post("/api/v1/sessions/a/pause");
        await _hub.Post("/api/v1/fleet/pause");
        await _hub.Post("/api/v1/fleet/resume");

        Assert.Equal(["""send_message{"text":"hi"}""", "cancel{}", "pause{}", "pause{}", "resume{}"], heard);
    }

    [Fact]
    public async Task It_can_be_asked_who_owns_a_session()
    {
        Assert.Equal("""{"owned":false,"key":null,"since":null}""", (await _hub.Get("/api/v1/sessions/a/owner")).Json.GetRawText());
        Assert.Equal((404, "not_found"), await Refusal(_hub.Get("/api/v1/sessions/b/owner")));
        var since = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
        var owner = new Owner((_, _) => true, () => { }) { Key = "ci", Since = since };
        await _hub.Hub.Own("a", owner);

        var owned = (await _hub.Get("/api/v1/sessions/a/owner")).Json;
        Assert.True(owned.GetProperty("owned").GetBoolean());
        Assert.Equal(("ci", since), (owned.GetProperty("key").GetString(), owned.GetProperty("since").GetDateTimeOffset()));

        await _hub.Hub.Disown("a", owner, lost: false);
        Assert.False((await _hub.Get("/api/v1/sessions/a/owner")).Json.GetProperty("owned").GetBoolean());
    }

    [Theory]
    [InlineData("""{"type":"create","session_id":"b"}\n{"type":"zzz"}\nnonsense\n\n{"session_id":"b","type":"status","status":"idle"}""")]
    [InlineData("""[{"type":"create","session_id":"b"},{"type":"zzz"},5,{"session_id":"b","type":"status","status":"idle"}]""")]
    public async Task Many_commands_are_answered_in_their_places(string body)
    {
        var answer = await _hub.Post("/api/v1/commands", body.Replace("\\n", "\n", StringComparison.Ordinal));

        Assert.Equal(200, answer.Status);
        Assert.Equal([true, false, false, true], answer.Json.EnumerateArray().Select(item => item.GetProperty("ok").GetBoolean()));
        Assert.Equal(["ok", "seq"], answer.Json[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal("invalid_request", answer.Json[1].GetProperty("code").GetString());
        Assert.Equal($"{_hub.Log.Head}", answer.Json[3].GetProperty("seq").ToString());
    }

    [Theory]
    [InlineData("", "1\n", "")]
    [InlineData("[", "1,", "1]")]
    public async Task A_batch_of_too_many_commands_is_refused_as_a_whole(string before, string each, string after)
    {
        var most = 20_000 - (after.Length > 0 ? 1 : 0);
        var all = await _hub.Post("/api/v1/commands", before + string.Concat(Enumerable.Repeat(each, most)) + after);
        var more = await _hub.Post("/api/v1/commands", before + string.Concat(Enumerable.Repeat(each, most + 1)) + after);

        Assert.Equal((200, 20_000), (all.Status, all.Json.GetArrayLength()));
        Assert.Equal((413, "too_large", "a batch is of at most 20000 commands"), (more.Status, more.Code, more["detail"]));
    }

    [Fact]
    public async Task Ids_that_the_hub_makes_in_a_batch_are_told()
    {
        var answer = await _hub.Post("/api/v1/commands", """[{"type":"create"},{"type":"start_task","session_id":"a"}]""");

        Assert.Equal(JsonValueKind.String, answer.Json[0].GetProperty("session_id").ValueKind);
        Assert.Equal(JsonValueKind.String, answer.Json[1].GetProperty("task_id").ValueKind);
    }

    [Fact]
    public async Task The_log_is_read_a_page_at_a_time()
    {
        await _hub.Post("/api/v1/sessions/a/status", new { status = "idle" });

        var first = await _hub.Get("/api/v1/events?limit=2");
        var second = await _hub.Get($"/api/v1/events?after={first["seq"]}");
        var own = await _hub.Get("/api/v1/sessions/a/events");

        Assert.Equal(["session_created", "session_status"], Names(first));
        Assert.Equal(["session_status", "session_updated"], Names(second).Concat(["session_updated"]).Distinct().Take(2));
        Assert.Equal($"{_hub.Log.Head}", second["seq"]);
        Assert.Equal(Names(first).Concat(Names(second)), Names(own));
        Assert.Equal("limit", (await _hub.Get("/api/v1/events?limit=0")).Errors);
        Assert.Equal("after", (await _hub.Get("/api/v1/events?after=x")).Errors);
    }

    [Fact]
    public async Task A_session_that_is_begun_in_a_batch_may_be_named_as_on_its_own_route()
    {
        var answer = await _hub.Post("/api/v1/commands", """[{"type":"create","id":"named"},{"type":"create","id":"a/b"},{"type":"create","id":5}]""");

        Assert.Equal([true, false, false], answer.Json.EnumerateArray().Select(item => item.GetProperty("ok").GetBoolean()));
        Assert.Equal("named", answer.Json[0].GetProperty("session_id").GetString());
        Assert.Equal("id", answer.Json[2].GetProperty("field").GetString());
        Assert.Equal(200, (await _hub.Get("/api/v1/sessions/named")).Status);
    }

    [Fact]
    public async Task A_session_that_is_begun_in_a_batch_without_characters_for_its_name_is_refused_as_on_its_own_route()
    {
        var answer = await _hub.Post("/api/v1/commands", """[{"type":"create","session_id":""},{"type":"create","id":""}]""");

        Assert.All(answer.Json.EnumerateArray(), item => Assert.Equal("session_id", item.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_field_that_begins_with_a_dollar_is_ignored_as_any_that_is_unknown()
    {
        var answer = await _hub.Post("/api/v1/commands", """
            {"type":"heartbeat","session_id":"a","$schema":"x"}
            {"$id":1,"$ref":2,"$type":3,"$values":4,"$":5,"type":"create","session_id":"b","metadata":{"$kept":1}}
            {"type":"status","session_id":"a","\u0024x":1,"status":7}
            """);

        Assert.Equal([true, true, false], answer.Json.EnumerateArray().Select(item => item.GetProperty("ok").GetBoolean()));
        Assert.Equal("status", answer.Json[2].GetProperty("field").GetString());
        Assert.Equal(1, (await _hub.Get("/api/v1/sessions/b")).Json.GetProperty("metadata").GetProperty("$kept").GetInt32());
    }

    [Theory]
    [InlineData("[", ",", "]")]
    [InlineData("", "\n", "")]
    public async Task A_command_that_nests_too_deeply_is_refused_in_its_place(string before, string between, string after)
    {
        var deep = $$"""{"type":"create","metadata":{{new string('[', 100)}}{{new string(']', 100)}}}""";
        var answer = await _hub.Post("/api/v1/commands", $$"""{{before}}{{deep}}{{between}}{"type":"heartbeat","session_id":"a"}{{after}}""");

        Assert.Equal((200, false, true), (answer.Status, answer.Json[0].GetProperty("ok").GetBoolean(), answer.Json[1].GetProperty("ok").GetBoolean()));
        Assert.Equal("metadata nests too deeply: at most 32 levels are read", answer.Json[0].GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_long_poll_is_answered_by_the_next_event()
    {
        var head = _hub.Log.Head;
        var waiting = _hub.Get($"/api/v1/events?after={head}&wait=60");

        await _hub.Post("/api/v1/sessions/a/status", new { status = "idle" });

        Assert.Equal("session_status", Names(await waiting).First());
        Assert.Empty(Names(await _hub.Get($"/api/v1/events?after={_hub.Log.Head}&wait=0")));
        Assert.Equal("wait", (await _hub.Get("/api/v1/events?wait=61")).Errors);
    }

    [Fact]
    public async Task A_cursor_that_the_log_never_gave_comes_back_to_it()
    {
        var head = _hub.Log.Head;
        Assert.Equal($"{head}", (await _hub.Get("/api/v1/events?after=99999999"))["seq"]);
        var waiting = _hub.Get("/api/v1/events?after=99999999&wait=60");
        await Whereabouts.Pause();

        await _hub.Post("/api/v1/sessions/a/status", new { status = "idle" });

        Assert.Equal("session_status", Names(await waiting).First());
    }

    [Fact]
    public async Task A_page_ends_where_it_has_grown_large()
    {
        var text = new string('x', 60_000);
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(200, (await _hub.Post("/api/v1/sessions/a/output", new { text })).Status);
        }

        foreach (var path in (string[])["/api/v1/events", "/api/v1/sessions/a/events"])
        {
            var (seqs, pages, after) = (new List<long>(), 0, "0");
            for (Answer page; (page = await _hub.Get($"{path}?limit=1000&after={after}")).Json.GetProperty("events").GetArrayLength() > 0; pages++)
            {
                Assert.InRange(page.Text.Length, 0, 1_200_000);
                seqs.AddRange(page.Json.GetProperty("events").EnumerateArray().Select(told => told.GetProperty("payload").GetProperty("seq").GetInt64()));
                after = page["seq"]!;
            }

            Assert.Equal(3, pages);
            Assert.Equal(Enumerable.Range(1, (int)_hub.Log.Head).Select(seq => (long)seq), seqs);
        }
    }

    [Fact]
    public async Task Who_ended_a_session_is_written_down_whichever_way_they_did_it()
    {
        await _hub.Post("/api/v1/commands", """[{"type":"create","session_id":"b"},{"type":"terminate","session_id":"b"},{"type":"terminate","session_id":"b"}]""");
        await _hub.Send(HttpMethod.Delete, "/api/v1/sessions/a");
        await _hub.Post("/api/v1/sessions", new { id = "owned" });
        using var owner = await RawSocket.Open(_hub);
        await owner.Join("session:owned", new { role = "owner" });
        await owner.Push("session:owned", "status", new { status = "terminating" });
        await _hub.Post("/ingest/hooks/claude-code", new { session_id = "hooked", cwd = "/src/x", hook_event_name = "SessionStart", source = "startup" });
        await _hub.Post("/ingest/hooks/claude-code", new { session_id = "hooked", cwd = "/src/x", hook_event_name = "SessionEnd", reason = "exit" });

        using var file = new SqliteConnection($"Data Source={Path.Combine(_hub.Data, "rollcall.db")};Mode=ReadOnly;Pooling=False");
        file.Open();
        using var query = file.CreateCommand();
        query.CommandText = "SELECT group_concat(principal || ' ' || action || ' ' || detail, ', ') FROM (SELECT * FROM audit ORDER BY id)";
        Assert.Equal("local session.terminate b, local session.terminate a, local session.terminate owned, local session.terminate hooked", query.ExecuteScalar());
    }

    private static async Task<(int, string?)> Refusal(Task<Answer> asked) => await asked is var answer ? (answer.Status, answer.Code) : default;

    private static IEnumerable<string> Names(Answer page) => page.Json.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("event").GetString()!);
}

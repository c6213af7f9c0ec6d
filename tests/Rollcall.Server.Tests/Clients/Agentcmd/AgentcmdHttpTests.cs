using System.Text.Json;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Clients.Agentcmd;

/// <summary>What the session pages of agentcmd's web client read over HTTP.</summary>
public sealed class AgentcmdHttpTests
{
    private static readonly (Key Key, string Credential) Whole = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
    private static readonly (Key Key, string Credential) Shop = Key.Make(Scopes.Watch, ["shop"], null, null, DateTimeOffset.UnixEpoch);

    [Fact]
    public async Task A_session_is_in_agentcmds_words_with_what_the_hub_knows_and_nothing_else()
    {
        await using var hub = await Stocked();
        var answer = await hub.Get("/api/projects/web/sessions/a");
        var session = answer.Json.GetProperty("data");
        Assert.Equal(
            ["id", "project_id", "projectId", "name", "agent", "type", "metadata", "state", "error_message", "is_archived", "archived_at", "created_at", "updated_at"],
            session.EnumerateObject().Select(field => field.Name));
        Assert.Equal("""a web web Alpha claude chat {"messageCount":3,"totalTokens":10} error no credit False """, string.Join(' ', session.EnumerateObject().SkipLast(2).Select(field => field.Value.ToString())));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT[\d:.]+Z$", session.GetProperty("updated_at").GetString());
        Assert.False((await hub.Get("/api/projects/shop/sessions/b")).Json.GetProperty("data").TryGetProperty("error_message", out _));
        foreach (var missing in new[] { "/api/projects/shop/sessions/a", "/api/projects/web/sessions/none", "/api/projects/web/sessions/a%20b" })
        {
            Assert.Equal("not_found", (await hub.Get(missing)).Code);
        }
    }

    [Theory]
    [InlineData("", "d c b a")]
    [InlineData("?limit=2", "d c")]
    [InlineData("?orderBy=updated_at&order=asc", "b d c a")]
    [InlineData("?projectId=shop&includeArchived=true&type=chat", "b")]
    [InlineData("?type=workflow", "")]
    public async Task Sessions_are_listed_as_they_are_asked_for_live_and_ended(string query, string ids)
    {
        await using var hub = await Stocked();
        Assert.Equal(ids, string.Join(' ', Ids(await hub.Get("/api/sessions" + query))));
    }

    [Theory]
    [InlineData("/api/sessions?limit=0", "limit")]
    [InlineData("/api/sessions?orderBy=name", "orderBy")]
    [InlineData("/api/sessions?order=up", "order")]
    [InlineData("/api/projects?sessionLimit=many", "sessionLimit")]
    public async Task A_wrong_query_is_refused_by_the_name_of_its_field(string path, string field)
    {
        await using var hub = await TestHub.Start();
        var answer = await hub.Get(path);
        Assert.Equal((400, field), (answer.Status, answer.Errors));
    }

    [Fact]
    public async Task Projects_come_with_their_sessions_when_they_are_asked_for()
    {
        await using var hub = await Stocked();
        var bare = (await hub.Get("/api/projects")).Json.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["web", "shop"], bare.Select(project => project.GetProperty("id").GetString()));
        Assert.Equal(["id", "name", "path", "is_hidden", "is_starred", "created_at", "updated_at"], bare[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal(["/src/web", ""], bare.Select(project => project.GetProperty("path").GetString()));

        var full = (await hub.Get("/api/projects?include=sessions&sessionLimit=20")).Json.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["a,c", "b"], full.Select(project => string.Join(',', project.GetProperty("sessions").EnumerateArray().Select(Id))));
        Assert.Equal(full[0].GetProperty("sessions")[1].GetProperty("created_at").GetString(), Project("web").GetProperty("sessions")[1].GetProperty("created_at").GetString());
        Assert.Equal(full[0].GetProperty("updated_at").GetString(), full[0].GetProperty("sessions")[0].GetProperty("updated_at").GetString());
        var few = (await hub.Get("/api/projects?include=sessions&sessionLimit=1")).Json.GetProperty("data").EnumerateArray();
        Assert.All(few, project => Assert.Equal(1, project.GetProperty("sessions").GetArrayLength()));
        Assert.Equal("a c", string.Join(' ', Ids(await hub.Get("/api/projects/web/sessions"))));

        JsonElement Project(string id) => full.Single(project => Id(project) == id);
    }

    [Fact]
    public async Task What_a_session_wrote_is_the_messages_that_its_channel_told()
    {
        await using var hub = await Stocked();
        using var socket = await AgentcmdClient.Open(hub);
        await socket.Subscribe("b");
        await hub.Post("/api/v1/sessions/b/output", new { text = "Grüße", stream = "assistant" });
        await hub.Post("/api/v1/sessions/b/output", new { text = "ok 1" });
        var told = new[] { await socket.Next(), await socket.Next() };
        var read = (await hub.Get("/api/projects/shop/sessions/b/messages")).Json.GetProperty("data").EnumerateArray().ToList();
        Assert.All(told.Zip(read), pair => Assert.True(JsonElement.DeepEquals(pair.First.Data().GetProperty("message"), pair.Second)));
        Assert.Equal(["id", "role", "content", "timestamp"], read[0].EnumerateObject().Select(field => field.Name));
        Assert.Equal("b:0 assistant text Grüße", $"{Id(read[0])} {read[0].GetProperty("role")} {read[0].GetProperty("content")[0].GetProperty("type")} {read[0].GetProperty("content")[0].GetProperty("text")}");
        Assert.Empty((await hub.Get("/api/projects/web/sessions/a/messages")).Json.GetProperty("data").EnumerateArray());
        Assert.Equal(404, (await hub.Get("/api/projects/web/sessions/b/messages")).Status);
    }

    [Fact]
    public async Task A_name_that_a_person_gives_is_told_to_every_tab_and_what_is_wrong_with_one_is_refused()
    {
        await using var hub = await Stocked();
        using var tab = await AgentcmdClient.Open(hub);
        await tab.Subscribe("b");
        var answer = await hub.Send(HttpMethod.Patch, "/api/sessions/b", new { name = "Checkout", permission_mode = "plan" });
        Assert.Equal((200, "Checkout"), (answer.Status, answer.Json.GetProperty("data").GetProperty("name").GetString()));
        Assert.Equal("Checkout", (await tab.Next()).Data("name"));
        foreach (var wrong in new object[] { new { }, new { name = "" }, new { name = (string?)null }, new { permission_mode = "plan" }, new { name = new string('x', 256) }, new { name = 5 } })
        {
            var refused = await hub.Send(HttpMethod.Patch, "/api/sessions/b", wrong);
            Assert.Equal((400, "name"), (refused.Status, refused.Errors));
        }

        Assert.Equal(404, (await hub.Send(HttpMethod.Patch, "/api/sessions/none", new { name = "n" })).Status);
        Assert.Equal(404, (await hub.Send(HttpMethod.Patch, "/api/sessions/a%20b", new { name = "n" })).Status);
        await tab.HearsNothing();
    }

    [Fact]
    public async Task A_key_limited_to_projects_reads_what_is_theirs()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: [Whole.Key, Shop.Key]);
        await Fill(hub, hub.Client(Whole.Credential));
        var shop = hub.Client(Shop.Credential);
        Assert.Equal("b", string.Join(' ', Ids(await hub.Get("/api/sessions", shop))));
        Assert.Equal("shop", Id(Assert.Single((await hub.Get("/api/projects?include=sessions", shop)).Json.GetProperty("data").EnumerateArray())));
        Assert.Empty(Ids(await hub.Get("/api/projects/web/sessions", shop)));
        Assert.Equal(404, (await hub.Get("/api/projects/web/sessions/a", shop)).Status);
        Assert.Equal(404, (await hub.Get("/api/projects/web/sessions/a/messages", shop)).Status);
    }

    [Fact]
    public async Task What_is_switched_off_is_not_there()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { Clients = new() { Agentcmd = false } });
        foreach (var path in new[] { "/api/sessions", "/api/projects", "/api/projects/web/sessions/a/messages" })
        {
            Assert.Equal(404, (await hub.Get(path)).Status);
        }
    }

    private static async Task<TestHub> Stocked()
    {
        var hub = await TestHub.Start();
        await Fill(hub, hub.Http);
        return hub;
    }

    /// <summary>Sessions <c>a</c> to <c>d</c>, made in this order; <c>a</c> changed last, <c>c</c> has ended, <c>d</c> has no project.</summary>
    private static async Task Fill(TestHub hub, HttpClient http)
    {
        await Step(hub, http, "/api/v1/sessions", new { id = "a", name = "Alpha", agent = "claude-code", project = "web", cwd = "/src/web", metadata = new { messageCount = 3 } });
        await Step(hub, http, "/api/v1/sessions", new { id = "b", project = "shop" });
        await Step(hub, http, "/api/v1/sessions", new { id = "c", project = "web" });
        await Step(hub, http, "/api/v1/sessions", new { id = "d" });
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/c", null, http);
        await Step(hub, http, "/api/v1/sessions/a/usage", new { input_tokens = 7, output_tokens = 3 });
        await Step(hub, http, "/api/v1/sessions/a/status", new { status = "error", error_message = "no credit" });
    }

    private static async Task Step(TestHub hub, HttpClient http, string path, object body)
    {
        Assert.True((await hub.Post(path, body, http)).Status < 300, path);
        // What changes within one millisecond has no order.
        await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    private static IEnumerable<string?> Ids(Answer answer) => answer.Json.GetProperty("data").EnumerateArray().Select(Id);

    private static string? Id(JsonElement one) => one.GetProperty("id").GetString();
}

using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Streams;

/// <summary>What may be asked of the stream of events, and from where on it goes on.</summary>
public sealed class EventStreamTests : IAsyncLifetime
{
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        await _hub.Post("/api/v1/sessions", new { id = "comma", project = "x,y" });
        await _hub.Post("/api/v1/sessions", new { id = "spaces", project = " z " });
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task A_topic_with_a_comma_or_spaces_is_named_as_it_stands()
    {
        var (name, state) = await Begin("topics=alerts,%20metrics&topic=project:x%2Cy&topic=project:%20z%20");

        Assert.Equal("event: reset", name);
        foreach (var part in (string[])["\"alerts\":{", "\"metrics\":{", "\"project:x,y\":{\"sessions\":[{\"id\":\"comma\"", "\"project: z \":{\"sessions\":[{\"id\":\"spaces\""])
        {
            Assert.Contains(part, state, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_single_topic_with_a_comma_needs_no_others() =>
        Assert.Contains("\"comma\"", (await Begin("topic=project:x%2Cy")).Data, StringComparison.Ordinal);

    [Theory]
    [InlineData("2", "session_created")]
    [InlineData("+2", "reset")]
    [InlineData(" 2", "reset")]
    [InlineData("2x", "reset")]
    [InlineData("99999999999999999999", "reset")]
    public async Task What_is_no_cursor_of_the_hub_gets_the_state(string seq, string name) =>
        Assert.Equal($"event: {name}", (await Begin("topics=sessions", $"{_hub.Log.Epoch}-{seq}")).Name);

    /// <summary>A browser gives up a stream for good that is answered anything but 200.</summary>
    [Fact]
    public async Task Who_comes_while_the_hub_is_about_to_stop_is_told_when_to_come_back()
    {
        _hub.Hub.Fanout.Drain();

        var answer = await _hub.Get("/api/v1/events/stream?topics=sessions");

        Assert.Equal(200, answer.Status);
        Assert.Equal("text/event-stream", answer.Headers["Content-Type"]);
        Assert.Matches(@"^retry: \d+\n\n\z", answer.Text);
    }

    /// <summary>Each combination has every event of its topics once more.</summary>
    [Fact]
    public async Task Of_different_combinations_of_topics_so_many_are_heard_at_a_time_in_whichever_order_they_are_named()
    {
        var streams = new List<HttpResponseMessage>();
        for (var i = 0; i < Runs.MostCombinations; i++)
        {
            streams.Add(await Open($"topics=*,project:p{i}"));
            Assert.Equal(200, (int)streams[^1].StatusCode);
        }

        using var more = await Open("topics=*,project:more");
        Assert.Equal(429, (int)more.StatusCode);
        using var known = await Open("topics=project:p7,*");
        using var alone = await Open("topics=project:more");
        using var sessions = await Open("topics=session:comma,session:spaces");
        Assert.All([known, alone, sessions], stream => Assert.Equal(200, (int)stream.StatusCode));

        streams.ForEach(stream => stream.Dispose());
        await Hearing.Eventually(async () =>
        {
            using var again = await Open("topics=*,project:more");
            return (int)again.StatusCode == 200;
        });
    }

    [Fact]
    public async Task Who_comes_back_to_several_topics_of_which_retention_removed_a_session_hears_the_others()
    {
        await _hub.Post("/api/v1/sessions", new { id = "gone" });
        await _hub.Post("/api/v1/sessions", new { id = "stays" });
        var cursor = $"{_hub.Log.Epoch}-1";
        await _hub.Send(HttpMethod.Delete, "/api/v1/sessions/gone");
        await _hub.Log.Prune(new(TimeSpan.FromDays(1), TimeSpan.FromDays(1), long.MaxValue), TimeProvider.System.GetUtcNow().AddDays(30), TestContext.Current.CancellationToken);
        Assert.Equal(404, (await _hub.Send(HttpMethod.Get, "/api/v1/sessions/gone")).Status);

        var (name, data) = await Begin("topics=session:gone,session:stays", cursor);

        Assert.Equal("event: reset", name);
        var snapshot = JsonDocument.Parse(data!["data: ".Length..]).RootElement.GetProperty("snapshot");
        Assert.Equal(JsonValueKind.Null, snapshot.GetProperty("session:gone").GetProperty("session").ValueKind);
        Assert.Equal("stays", snapshot.GetProperty("session:stays").GetProperty("session").GetProperty("id").GetString());
        using var fresh = await Open("topics=session:gone,session:stays");
        Assert.Equal(404, (int)fresh.StatusCode);
    }

    /// <summary>They would hear of it when a session of that id begins elsewhere.</summary>
    [Fact]
    public async Task Who_may_not_see_every_project_is_refused_a_session_that_is_not_there_also_when_they_come_back()
    {
        var whole = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
        var limited = Key.Make(Scopes.Watch, ["shop"], null, null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: [whole.Key, limited.Key]);
        using var reporter = hub.Client(whole.Credential);
        Assert.Equal(201, (await hub.Post("/api/v1/sessions", new { id = "seen", project = "shop" }, reporter)).Status);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events/stream?topics=session:seen,session:guessed");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", $"{hub.Log.Epoch}-1");
        using var client = hub.Client(limited.Credential);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)answer.StatusCode);
    }

    private Task<HttpResponseMessage> Open(string query) =>
        _hub.Http.GetAsync($"/api/v1/events/stream?{query}", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    /// <summary>The first event of a stream.</summary>
    private async Task<(string? Name, string? Data)> Begin(string query, string? cursor = null)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/events/stream?{query}");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", cursor);
        using var response = await _hub.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        Assert.Equal(200, (int)response.StatusCode);
        using var stream = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        Assert.StartsWith("id: ", await stream.ReadLineAsync(cancel), StringComparison.Ordinal);
        return (await stream.ReadLineAsync(cancel), await stream.ReadLineAsync(cancel));
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Security;

/// <summary>Everybody tries every door: generated from the access table.</summary>
public sealed class AccessWalkTests : IAsyncLifetime
{
    private readonly AccessWalk _walk = new();
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: _walk.Keys);
        await _hub.Post("/api/v1/sessions", new { id = AccessWalk.Session, project = AccessWalk.OwnProject }, _hub.Client(_walk.Everything));
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public void Every_route_stands_in_the_table()
    {
        Assert.DoesNotContain(AccessWalk.Mapped(_hub.App), route => AccessTable.Find(route.Method, route.Pattern) is null);
    }

    [Fact]
    public async Task Nobody_may_use_a_route_that_is_not_in_the_table()
    {
        var data = Directory.CreateTempSubdirectory("rollcall-test-");
        await using (var app = await RollcallServer.Build(new RollcallOptions { Urls = ["http://127.0.0.1:0"], Data = data.FullName }, TimeProvider.System))
        {
            app.MapGet("/of-nobody", () => "let in");
            await app.StartAsync(TestContext.Current.CancellationToken);
            using var http = new HttpClient();
            using var answer = await http.GetAsync(new Uri(app.Urls.First() + "/of-nobody"), TestContext.Current.CancellationToken);
            Assert.Equal(System.Net.HttpStatusCode.Forbidden, answer.StatusCode);
        }

        data.Delete(true);
    }

    [Fact]
    public async Task Every_route_lets_in_exactly_whom_the_table_names()
    {
        var mapped = AccessWalk.Mapped(_hub.App).ToList();
        var wrong = new List<string>();
        foreach (var (method, pattern) in mapped)
        {
            foreach (var visitor in _walk.Visitors)
            {
                var access = AccessTable.Find(method, pattern)!;
                var expected = visitor.Expect(access);
                if (expected is null && pattern == "/api/v1/events/stream")
                {
                    // Who is let in there listens for ever.
                    continue;
                }

                var verb = method == "*" ? HttpMethod.Get : HttpMethod.Parse(method);
                var answer = await _hub.Send(verb, AccessWalk.Path(pattern), verb == HttpMethod.Get ? null : AccessWalk.Body(pattern), _hub.Client(visitor.Credential));

                if (expected is not null ? answer.Code != expected : answer.Status is 401 || (answer.Status == 403 && !visitor.IsForeign && answer.Code == "forbidden"))
                {
                    wrong.Add($"{visitor.Name} at {method} {pattern}: {answer.Status} {answer.Text}, not {expected ?? "in"}");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(mapped.Count > 25);
    }

    [Fact]
    public async Task Whoever_may_get_may_ask_for_the_head_and_nobody_else()
    {
        var wrong = new List<string>();
        var patterns = AccessWalk.Mapped(_hub.App).Where(route => route.Method == "GET").Select(route => route.Pattern).ToList();
        foreach (var visitor in _walk.Visitors)
        {
            using var client = _hub.Client(visitor.Credential);
            foreach (var pattern in patterns)
            {
                var path = AccessWalk.Path(pattern);
                var (got, head) = (await _hub.Get(path, client), await _hub.Send(HttpMethod.Head, path, null, client));

                if ((head.Status, head.Text) != (got.Status, "") || head.Headers.GetValueOrDefault("Content-Type") != got.Headers.GetValueOrDefault("Content-Type"))
                {
                    wrong.Add($"{visitor.Name} at {pattern}: {head.Status} {head.Text}, not {got.Status}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_topic_and_push_lets_in_exactly_whom_the_table_names()
    {
        var door = _hub.App.Services.GetRequiredService<Door>();
        foreach (var visitor in _walk.Visitors.Where(visitor => visitor.IsKnown))
        {
            var principal = AccessWalk.Principal(visitor);
            foreach (var known in AccessTable.Topics)
            {
                var topic = AccessWalk.Topic(known.Kind);
                Assert.Equal(visitor.Expect(known.Access, topic), Door.Allows(principal, topic, known.Owner)?.Code);
            }

            foreach (var push in AccessTable.Pushes)
            {
                Assert.Equal(visitor.Expect(push.Access), door.AllowsPush(principal, push.Name)?.Code);
            }
        }
    }

    [Fact]
    public void Every_command_and_every_push_is_in_the_table()
    {
        Assert.Equal(13, AccessTable.Commands.Count);
        Assert.Equal(15, AccessTable.Pushes.Count);
        Assert.Equal("invalid_request", _hub.App.Services.GetRequiredService<Door>().AllowsPush(Principal.Local, "destroy")?.Code);
    }
}

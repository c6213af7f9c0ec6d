using System.Net;
using Rollcall.Core.Fanout;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Security;

namespace Rollcall.Server.Tests.Clients.Orc;

/// <summary>Everybody tries everything over orc's socket: what the access table says holds there, too.</summary>
public sealed class OrcWalkTests : IAsyncLifetime
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
    public async Task The_socket_is_opened_by_exactly_whom_the_table_names()
    {
        var access = AccessTable.Find("GET", OrcClient.Address)!;
        foreach (var visitor in _walk.Visitors)
        {
            var refused = visitor.Expect(access) switch
            {
                "unauthenticated" => HttpStatusCode.Unauthorized,
                "forbidden" => HttpStatusCode.Forbidden,
                _ => (HttpStatusCode?)null,
            };
            if (refused is not null)
            {
                Assert.Equal(refused, await JsonSocket.Refusal(_hub, OrcClient.Address, visitor.Credential));
            }
            else
            {
                using var socket = await JsonSocket.Open(_hub, OrcClient.Address, visitor.Credential);
            }
        }
    }

    [Fact]
    public async Task Everything_and_one_task_are_subscribed_by_exactly_whom_the_table_names()
    {
        foreach (var visitor in Inside())
        {
            using var socket = await JsonSocket.Open(_hub, OrcClient.Address, visitor.Credential);
            foreach (var (id, kind) in new[] { ("*", TopicKind.Everything), (AccessWalk.Session, TopicKind.Session) })
            {
                var access = AccessTable.Topic(kind, owner: false)!;
                var foreign = kind == TopicKind.Session && visitor.IsForeign;
                Assert.Equal(foreign || visitor.Expect(access) is not null, await socket.Subscribe(id) is not null);
            }
        }
    }

    [Fact]
    public async Task Every_command_is_taken_from_exactly_whom_the_table_names()
    {
        foreach (var visitor in Inside())
        {
            using var socket = await JsonSocket.Open(_hub, OrcClient.Address, visitor.Credential);
            foreach (var action in new[] { "pause", "resume" })
            {
                var refused = visitor.IsForeign || visitor.Expect(AccessTable.Push(action)!) is not null;
                Assert.Equal(refused, await socket.Command(AccessWalk.Session, action) is not null);
            }
        }
    }

    [Fact]
    public async Task A_key_limited_to_projects_hears_of_their_tasks_and_nothing_of_the_whole()
    {
        var visitor = Inside().First(visitor => visitor.IsForeign && visitor.Expect(AccessTable.Topic(TopicKind.Everything, false)!) is null);
        using var socket = await JsonSocket.Open(_hub, OrcClient.Address, visitor.Credential);
        Assert.Null(await socket.Subscribe("*"));
        var everything = _hub.Client(_walk.Everything);
        await _hub.Post($"/api/v1/sessions/{AccessWalk.Session}/tasks", new { task_id = "t" }, everything);
        await _hub.Post("/api/v1/sessions", new { id = "theirs", project = visitor.Key!.Projects![0] }, everything);

        var first = await socket.Next();

        Assert.True(first.Is("task_created"));
        Assert.Equal("theirs", first.GetProperty("task_id").GetString());
    }

    [Fact]
    public async Task A_token_may_stand_in_the_address_and_a_key_may_not()
    {
        var everything = _hub.Client(_walk.Everything);
        var token = (await _hub.Post("/api/v1/tokens", new { scopes = new[] { "watch" } }, everything))["token"];

        using (var socket = await JsonSocket.Open(_hub, $"{OrcClient.Address}?token={token}"))
        {
            Assert.Null(await socket.Subscribe("*"));
        }

        Assert.Equal(200, (await _hub.Get($"/api/session?token={token}")).Status);
        Assert.Equal(401, (await _hub.Get($"/api/session?token={_walk.Everything}")).Status);
        Assert.Equal(401, (await _hub.Get($"/api/v1/sessions?token={token}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await JsonSocket.Refusal(_hub, $"{OrcClient.Address}?token={_walk.Everything}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await JsonSocket.Refusal(_hub, $"{OrcClient.Address}?token={token}x"));
        Assert.Equal(HttpStatusCode.Unauthorized, await JsonSocket.Refusal(_hub, $"/socket/websocket?vsn=2.0.0&token={token}"));
    }

    private IEnumerable<Visitor> Inside() => _walk.Visitors.Where(visitor => visitor.Expect(AccessTable.Find("GET", OrcClient.Address)!) is null);
}

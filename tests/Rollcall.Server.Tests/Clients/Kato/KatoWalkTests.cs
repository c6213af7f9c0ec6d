using System.Net;
using Rollcall.Core.Fanout;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Security;

namespace Rollcall.Server.Tests.Clients.Kato;

/// <summary>Everybody tries everything of KATO's: what the access table says holds there, too.</summary>
public sealed class KatoWalkTests : IAsyncLifetime
{
    private readonly AccessWalk _walk = new();
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true, DockerSocket = "" }, keys: _walk.Keys);
        await _hub.Post("/api/v1/sessions", new { id = AccessWalk.Session, project = AccessWalk.OwnProject }, _hub.Client(_walk.Everything));
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData(KatoClient.Address)]
    [InlineData(KatoClient.Address + "?escaped=%20")]
    public async Task The_socket_is_opened_by_exactly_who_may_hear_of_the_whole_fleet(string address)
    {
        foreach (var visitor in _walk.Visitors)
        {
            var refused = (visitor.Expect(AccessTable.Find("GET", KatoClient.Address)!) ?? visitor.Expect(AccessTable.Topic(TopicKind.Metrics, false)!)) switch
            {
                "unauthenticated" => HttpStatusCode.Unauthorized,
                "forbidden" => HttpStatusCode.Forbidden,
                _ => (HttpStatusCode?)null,
            };
            if (refused is not null)
            {
                Assert.Equal(refused, await JsonSocket.Refusal(_hub, address, visitor.Credential));
            }
            else
            {
                using var socket = await JsonSocket.Open(_hub, address, visitor.Credential);
                await socket.Next("realtime_update");
            }
        }
    }

    [Fact]
    public async Task A_key_limited_to_projects_lists_counts_and_ends_their_sessions_only()
    {
        var (own, other) = (Limited(foreign: false), Limited(foreign: true));
        Assert.Equal("1", (await _hub.Get("/api/v1/sessions/count", own))["active_session_count"]);
        Assert.Equal("0", (await _hub.Get("/api/v1/sessions/count", other))["active_session_count"]);
        Assert.Equal(1, (await _hub.Get("/api/v1/sessions", own)).Json.GetProperty("sessions").GetArrayLength());
        Assert.Equal(0, (await _hub.Get("/api/v1/sessions", other)).Json.GetProperty("sessions").GetArrayLength());
        Assert.Equal(200, (await _hub.Get($"/api/v1/sessions/{AccessWalk.Session}/stm", own)).Status);
        Assert.Equal(404, (await _hub.Get($"/api/v1/sessions/{AccessWalk.Session}/stm", other)).Status);
        Assert.Equal("0", (await End(other))["deleted_count"]);
        Assert.Equal("1", (await End(own))["deleted_count"]);
    }

    private HttpClient Limited(bool foreign) => _hub.Page(_walk.Visitors.First(visitor => visitor.Key?.Projects is not null && visitor.IsForeign == foreign).Credential);

    private Task<Answer> End(HttpClient client) => _hub.Post("/api/v1/sessions/bulk-delete", new { session_ids = new[] { AccessWalk.Session } }, client);
}

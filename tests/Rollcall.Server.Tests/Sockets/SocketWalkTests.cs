using System.Net.WebSockets;
using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Core.Tests;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Security;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>Everybody tries every topic and every push over a real socket: generated from the access table.</summary>
public sealed class SocketWalkTests : IAsyncLifetime
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
    public async Task Every_topic_is_joined_by_exactly_whom_the_table_names()
    {
        foreach (var visitor in _walk.Visitors.Where(visitor => visitor.IsKnown))
        {
            using var socket = await RawSocket.Open(_hub, visitor.Credential);
            foreach (var known in AccessTable.Topics)
            {
                var topic = AccessWalk.Topic(known.Kind);
                var answer = await socket.Join(topic.Name, known.Owner ? new { role = "owner" } : new { });
                Assert.Equal(Expect(visitor, known.Access, topic), Code(answer));
            }
        }
    }

    [Fact]
    public async Task Nobody_without_a_valid_key_gets_a_socket_at_all()
    {
        var strangers = _walk.Visitors.Where(visitor => !visitor.IsKnown).ToList();
        Assert.True(strangers.Count >= 4);
        foreach (var stranger in strangers)
        {
            await Assert.ThrowsAsync<WebSocketException>(() => RawSocket.Open(_hub, stranger.Credential));
        }
    }

    [Fact]
    public async Task Every_push_is_taken_from_exactly_whom_the_table_names()
    {
        var watch = AccessTable.Topics.Single(known => known is { Kind: TopicKind.Session, Owner: false }).Access;
        var own = AccessTable.Topics.Single(known => known is { Kind: TopicKind.Session, Owner: true }).Access;
        var topic = AccessWalk.Topic(TopicKind.Session);
        foreach (var visitor in _walk.Visitors.Where(visitor => visitor.IsKnown && !visitor.IsForeign))
        {
            using var socket = await RawSocket.Open(_hub, visitor.Credential);
            var asOwner = visitor.Expect(own) is null;
            if (!asOwner && visitor.Expect(watch) is not null)
            {
                continue;
            }

            Assert.Null(Code(await socket.Join(topic.Name, asOwner ? new { role = "owner" } : new { })));
            foreach (var push in AccessTable.Pushes)
            {
                var answer = await socket.Push(topic.Name, push.Name, new { text = "hi", status = "active", error = "none", task_id = "t" });
                var forbidden = visitor.Expect(push.Access) is not null || (!asOwner && push.Access.AnyOf == Scopes.Report);
                Assert.Equal(forbidden, Code(answer) == "forbidden");
            }
        }
    }

    [Fact]
    public async Task A_revoked_keys_socket_and_stream_are_closed_within_a_second()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: clock, keys: _walk.Keys);
        var visitor = _walk.Visitors.First(visitor => visitor.Name.EndsWith("watch", StringComparison.Ordinal));
        using var socket = await RawSocket.Open(hub, visitor.Credential);
        await socket.Join("sessions");
        using var http = hub.Client(visitor.Credential);
        using var stream = await http.GetStreamAsync(new Uri("/api/v1/events/stream?topics=sessions", UriKind.Relative), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        Assert.NotNull(await reader.ReadLineAsync(TestContext.Current.CancellationToken));

        KeyFile.Change(hub.Data, keys => [.. keys.Select(key => key.Id == visitor.Key!.Id ? key with { RevokedAt = DateTimeOffset.UnixEpoch } : key)]);

        clock.Advance(TimeSpan.FromSeconds(0.3));
        await socket.UntilClosed();
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
        await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>A session that is not theirs to see does not exist for them.</summary>
    private static string? Expect(Visitor visitor, Access access, Topic topic) =>
        visitor.Expect(access, topic) ?? (topic.Kind == TopicKind.Session && visitor.IsForeign ? "not_found" : null);

    private static string? Code(JsonElement answer) =>
        answer.GetProperty("response").TryGetProperty("code", out var code) ? code.GetString() : null;
}

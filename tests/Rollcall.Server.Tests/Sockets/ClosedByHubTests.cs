using Rollcall.Core.Fanout;
using Rollcall.Core.Tests;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>A client that goes on talking after the hub has closed: it cannot be answered any more.</summary>
public sealed class ClosedByHubTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await TestHub.Start(new RollcallOptions { Fanout = new FanoutOptions { Shards = 1 } }, time: _clock);

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task What_it_pushes_is_not_done_and_its_pings_are_kept_nowhere()
    {
        await _hub.Post("/api/v1/sessions", new { id = "a" });
        using var client = await WireClient.Open(_hub.Address);
        await client.Send([ClientFrame.Text("""["1","1","session:a","phx_join",{"role":"owner"}]""")]);
        await client.Read();
        var outlets = new List<Outlet>();
        _hub.Hub.Fanout.TakeOutlets(0, outlets);
        outlets.Single().Close(1001, "gone");
        Assert.Equal("close 1001", (await client.Read())?.Words);

        await client.Send([ClientFrame.Text("""["1","2","session:a","update",{"name":"late"}]"""), ClientFrame.Ping("late"), ClientFrame.Close(1001)]);

        Assert.Null(await client.Read());
        await _hub.Hub.Settle(TestContext.Current.CancellationToken);
        Assert.Equal("", (await _hub.Get("/api/v1/sessions/a"))["name"]);
    }

    /// <summary>Where the web server carries the socket, the client cannot be told that no more comes.</summary>
    [Fact]
    public async Task What_it_says_for_a_moment_is_taken_where_the_web_server_closes_too()
    {
        using var client = await WireClient.Open(_hub.Address, version: WireClient.EscapedVersion);
        byte[][] message = [.. ClientFrame.Text(new byte[512 * 1024]).Chunk(16 * 1024)];
        await client.Send(message[..16]);
        Assert.Equal("close 1009", (await client.Read())?.Words);
        await _hub.Get("/api/v1/sessions");
        await client.Send(message[16..]);
        Assert.False(client.WasReset);
        var end = client.Read();
        while (!end.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(0.25));
            await _hub.Get("/api/v1/sessions");
        }

        Assert.Null(await end);
        Assert.False(client.WasReset);
    }
}

using Rollcall.Core.Fanout;
using Rollcall.Core.Tests;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>Whoever is not heard of is pinged, and gone within 35 s; time is a clock that the test advances.</summary>
public sealed class DeadPeerTests : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TestClock _clock = new();
    private TestHub _hub = null!;
    private WireClient _lively = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { Fanout = new FanoutOptions { Shards = 1 } }, time: _clock);
        _lively = await Open();
    }

    public async ValueTask DisposeAsync()
    {
        _lively.Dispose();
        var stopping = _hub.DisposeAsync().AsTask();
        await Until(() =>
        {
            _clock.Advance(Second);
            return stopping.IsCompleted;
        });
    }

    [Fact]
    public async Task A_peer_that_says_nothing_is_pinged_after_25_s_and_gone_after_35()
    {
        using var silent = await Open();
        await Pass(25);
        Assert.Equal("opcode 9", (await silent.Read())?.Words);
        await Pass(7);
        Assert.Equal(2, _hub.Hub.Fanout.OutletCount);
        await Pass(3);
        Assert.Equal("close 1001", (await silent.Read())?.Words);
        Assert.Null(await silent.Read());
        await Until(() => _hub.Hub.Fanout.OutletCount == 1);
    }

    [Theory]
    [InlineData("pong")]
    [InlineData("ping")]
    [InlineData("text")]
    [InlineData("fragment")]
    public async Task Every_frame_of_a_peer_is_a_sign_of_life(string kind)
    {
        var frame = kind switch
        {
            "pong" => ClientFrame.Pong(),
            "ping" => ClientFrame.Ping(),
            "text" => ClientFrame.Text(ClientFrame.Beat("hello")),
            _ => ClientFrame.Of(ClientFrame.TextCode, [], fin: false),
        };
        using var peer = await Open();
        for (var i = 0; i < 3; i++)
        {
            await Pass(30);
            await peer.Send([kind == "fragment" && i > 0 ? ClientFrame.Of(ClientFrame.Continuation, [], fin: false) : frame]);
            await Until(() => Silences().All(silence => silence < 1000));
        }

        Assert.Equal(2, _hub.Hub.Fanout.OutletCount);
    }

    [Fact]
    public async Task A_peer_that_is_told_things_all_the_time_is_pinged_all_the_same()
    {
        using var told = await Open();
        await told.Send([ClientFrame.Text("""["1","1","sessions","phx_join",{}]""")]);
        await told.Read();
        for (var i = 0; i < 25; i++)
        {
            await _hub.Post("/api/v1/sessions", new { id = $"s{i}" });
            await Pass(1);
        }

        var heard = new List<int>();
        while (!heard.Contains(ClientFrame.PingCode))
        {
            heard.Add((await told.Read())!.Opcode);
        }

        Assert.True(heard.Count > 25);
    }

    /// <summary>Connects, and waits until the hub has seen to it: from then on its silence is counted.</summary>
    private async Task<WireClient> Open()
    {
        var before = _hub.Hub.Fanout.OutletCount;
        var client = await WireClient.Open(_hub.Address);
        await Until(() => _hub.Hub.Fanout.OutletCount > before);
        return client;
    }

    /// <summary>Lets seconds pass, each seen by the hub: its only shard looks at its connections before it answers another one.</summary>
    private async Task Pass(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            _clock.Advance(Second);
            await _lively.Send([ClientFrame.Text(ClientFrame.Beat("alive"))]);
            Assert.Equal("beat alive", (await _lively.Read())?.Words);
        }
    }

    private IEnumerable<long> Silences()
    {
        var outlets = new List<Outlet>();
        _hub.Hub.Fanout.TakeOutlets(0, outlets);
        return outlets.Select(outlet => outlet.Shard.Now - outlet.Clock.LastHeard);
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 3000, "it does not happen");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}

using System.Net.WebSockets;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Sockets;

namespace Rollcall.Server.Tests.Security;

/// <summary>A socket whose key was revoked, of a client that does not go by itself. The clock stands but where a test says.</summary>
public sealed class RevokedSocketTests : IAsyncLifetime
{
    /// <summary>Behind the hub's next look at the keys, and before it cuts anybody off.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.3);

    private static readonly (Key Key, string Credential) Whole = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
    private readonly TestClock _clock = new();
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, time: _clock, keys: Whole.Key);
        await _hub.Hub.Submit(new CreateSession { SessionId = "s" });
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public async Task What_it_still_says_does_nothing_and_it_is_cut_off_within_a_second()
    {
        using var socket = await RawSocket.Open(_hub, Whole.Credential);
        await socket.Join("session:s");
        Revoke();
        await socket.UntilClosed();
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);

        // It does not answer the close.
        await socket.Say("session:s", "pause", new { });
        await socket.Say("session:s", "phx_join", new { role = "owner" });
        await Whereabouts.Pause();
        await _hub.Hub.Settle(TestContext.Current.CancellationToken);
        Assert.Equal((false, false), (_hub.Hub.View.Live["s"].View.IsPaused, _hub.Hub.Owners.Has("s")));

        _clock.Advance(TimeSpan.FromSeconds(0.6));
        await IsGone();
    }

    /// <summary>Where nobody needs a key, a token still ends when it says.</summary>
    [Fact]
    public async Task What_a_token_opened_on_an_open_hub_ends_with_it()
    {
        await using var hub = await TestHub.Start(time: _clock);
        var token = (await hub.Post("/api/v1/tokens", new { lifetime_seconds = 1 }))["token"];
        using var socket = await RawSocket.Open(hub, token);
        using var local = await RawSocket.Open(hub);

        _clock.Advance(TimeSpan.FromSeconds(1.3));

        await socket.UntilClosed();
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
        await local.Join("sessions");
    }

    /// <summary>The close waits behind what was said before, which the client does not read.</summary>
    [Fact]
    public async Task It_is_cut_off_within_a_second_whatever_it_has_yet_to_read()
    {
        for (var i = 0; i < 200; i++)
        {
            await _hub.Hub.Submit(new AppendOutput { SessionId = "s", Text = new string('x', 30_000) });
        }

        using var socket = await RawSocket.Open(_hub, Whole.Credential);
        for (var i = 0; i < 40; i++)
        {
            await socket.Say("session:s", "phx_join", new { });
        }

        await Hearing.Eventually(() => Task.FromResult(IsStuck()));
        Revoke();
        await Whereabouts.Pause();
        Assert.Equal(1, _hub.Hub.Fanout.OutletCount);

        _clock.Advance(TimeSpan.FromSeconds(0.6));
        await IsGone();
    }

    private void Revoke()
    {
        KeyFile.Change(_hub.Data, keys => [.. keys.Select(key => key with { RevokedAt = DateTimeOffset.UnixEpoch })]);
        _clock.Advance(Look);
    }

    private bool IsStuck() => Outlets().Exists(outlet => outlet.Clock.WritingSince > 0);

    private List<Core.Fanout.Outlet> Outlets()
    {
        var outlets = new List<Core.Fanout.Outlet>();
        for (var shard = 0; shard < _hub.Hub.Fanout.Options.Shards; shard++)
        {
            _hub.Hub.Fanout.TakeOutlets(shard, outlets);
        }

        return outlets;
    }

    private Task IsGone() => Hearing.Eventually(() => Task.FromResult(_hub.Hub.Fanout.OutletCount == 0));
}

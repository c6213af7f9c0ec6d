using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rollcall.Core.Fanout;
using Rollcall.Server.Clients;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>Sockets that are streams of an HTTP/2 connection (RFC 8441), as browsers open them under TLS.</summary>
public sealed class Http2SocketTests : IAsyncLifetime
{
    /// <summary>Of one output: what a client may say at most is 64 KiB.</summary>
    private const int Large = 50_000;

    private static readonly FanoutOptions Single = new() { Shards = 1, Resolution = TimeSpan.FromMilliseconds(100), BurstTolerance = TimeSpan.FromMinutes(5) };

    private readonly HttpClient _http2;
    private TestHub _hub = null!;
    private int _connections;

    public Http2SocketTests()
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancel) =>
            {
                Interlocked.Increment(ref _connections);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
#pragma warning disable CA5359 // The certificate is the test's own.
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
        };
        _http2 = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { Fanout = Single }, tls: true);
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions", new { id = "s", project = "web" })).Status);
    }

    public async ValueTask DisposeAsync()
    {
        _http2.Dispose();
        await _hub.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_socket_is_joined_told_and_closed_as_any_other(bool compresses)
    {
        using var socket = await Open(options => options.DangerousDeflateOptions = compresses ? new() : null);
        var reply = await socket.Join("sessions");
        Assert.Equal("s", reply.GetProperty("response").GetProperty("snapshot").GetProperty("sessions")[0].GetProperty("id").GetString());

        Assert.Equal(200, (await _hub.Post("/api/v1/sessions/s/status", new { status = "idle" })).Status);
        await Hears(socket, "session_status");

        await socket.Close(WebSocketCloseStatus.NormalClosure);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        await Until(0);
    }

    /// <summary>What a client says is a body to the web server: of more than it takes of one otherwise.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Much_is_said_in_both_directions(bool compresses)
    {
        const int times = 2 * RequestLimits.BodyBytes / Large;
        using var socket = await Open(options => options.DangerousDeflateOptions = compresses ? new() : null);
        await socket.Join("session:s", new { role = "owner" });
        for (var i = 0; i < times; i++)
        {
            var text = string.Concat(Enumerable.Range(0, Large / 32).Select(_ => Guid.NewGuid().ToString("N")));
            var reply = await socket.Push("session:s", "output", new { text }, "1");
            Assert.True(reply.GetProperty("status").ValueEquals("ok"), reply.GetRawText());
        }

        using var other = await Open(options => options.DangerousDeflateOptions = compresses ? new() : null);
        var state = await other.Join("session:s");
        Assert.True(state.GetRawText().Length > 4 * Large);
    }

    /// <summary>One that says nothing is not too slow a body.</summary>
    [Fact]
    public async Task A_silent_socket_stays()
    {
        _hub.App.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(1.1));
        using var socket = await Open();
        await socket.Join("sessions");
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, Cancel);
        Assert.True((await socket.Push("sessions", "phx_leave", new { }, "1")).GetProperty("status").ValueEquals("ok"));
    }

    [Fact]
    public async Task Sockets_and_requests_share_a_connection_and_one_ends_without_the_others()
    {
        using var first = await Open();
        await first.Join("sessions");
        var ended = Assert.Single(Outlets());
        using var second = await Open();
        await second.Join("sessions");
        using (var gone = await Open())
        {
            await gone.Join("sessions");
        }

        await Until(2);
        ended.Abort();
        await Assert.ThrowsAsync<WebSocketException>(first.UntilClosed);
        await Until(1);

        using var answer = await _http2.PostAsJsonAsync(new Uri(_hub.TlsAddress, "/api/v1/sessions/s/status"), new { status = "idle" }, Cancel);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (answer.StatusCode, answer.Version));
        await Hears(second, "session_status");
        Assert.Equal(1, _connections);
    }

    /// <summary>The web server would end all of the connection for one reader of too little, however quickly that must read: the hub is done with it before.</summary>
    [Fact]
    public async Task A_reader_that_is_stuck_is_ended_and_the_others_go_on()
    {
        var slow = Single with { MaxStall = TimeSpan.FromSeconds(4), StallLinger = TimeSpan.FromSeconds(4) };
        await using var hub = await TestHub.Start(new RollcallOptions { Fanout = slow }, tls: true);
        var limits = hub.App.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        limits.MinResponseDataRate = new MinDataRate(1e9, limits.MinResponseDataRate!.GracePeriod);
        await hub.Post("/api/v1/sessions", new { id = "s" });
        using var stuck = await RawSocket.Open(hub, null, _http2);
        await stuck.Join("session:s");
        using var reading = await RawSocket.Open(hub, null, _http2);
        await reading.Join("sessions");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await hub.Post("/api/v1/sessions/s/output", new { text = new string('x', Large) })).Status);
        }

        Assert.Equal(2, hub.Hub.Fanout.OutletCount);
        await Until(1, hub);
        await hub.Post("/api/v1/sessions/s/status", new { status = "idle" });
        await Hears(reading, "session_status");
        Assert.Equal(1, _connections);
    }

    [Fact]
    public async Task A_hub_that_stops_says_so()
    {
        var hub = await TestHub.Start(tls: true);
        using var socket = await RawSocket.Open(hub, null, _http2);
        await socket.Join("sessions");
        var stopping = hub.DisposeAsync();
        Assert.Contains("reconnect_after_ms", await socket.Next(), StringComparison.Ordinal);
        Assert.Null(await socket.Next());
        Assert.Equal((WebSocketCloseStatus)1012, socket.CloseStatus);
        await socket.Close((WebSocketCloseStatus)1012);
        await stopping;
    }

    [Fact]
    public async Task Who_may_not_come_in_is_refused_as_ever_and_who_may_is_told_when_the_key_is_revoked()
    {
        var (key, credential) = Key.Make(Scopes.All, null, "watcher", null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true, MaxConnectionsPerKey = 1 }, tls: true, keys: key);
        Assert.Equal(401, await Refusal(hub));
        Assert.Equal(401, await Refusal(hub, "rlc_0123456789ab_secret"));
        Assert.Equal(403, await Refusal(hub, credential, path: "/socket/websocket"));
        Assert.Equal(403, await Refusal(hub, credential, options => options.SetRequestHeader("Origin", "https://elsewhere.example")));
        Assert.Equal(403, await Refusal(hub, credential, options => options.SetRequestHeader("Host", "elsewhere.example")));

        using var socket = await RawSocket.Open(hub, credential, _http2, options => options.SetRequestHeader("Origin", hub.TlsAddress.GetLeftPart(UriPartial.Authority)));
        await socket.Join("sessions");
        Assert.Equal(429, await Refusal(hub, credential));

        KeyFile.Change(hub.Data, keys => [.. keys.Select(each => each with { RevokedAt = DateTimeOffset.UnixEpoch })]);
        await socket.UntilClosed();
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
        await socket.Close(WebSocketCloseStatus.PolicyViolation);
    }

    [Theory]
    [InlineData("websocket", null)]
    [InlineData("websocket", "8")]
    [InlineData("connect-udp", "13")]
    public async Task A_CONNECT_that_is_no_handshake_is_refused(string protocol, string? version)
    {
        // The web server says only with its first answer that it takes such a request.
        (await _http2.GetAsync(new Uri(_hub.TlsAddress, "/healthz"), Cancel)).Dispose();
        using var request = new HttpRequestMessage(HttpMethod.Connect, new Uri(_hub.TlsAddress, "/socket/websocket?vsn=2.0.0"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { Protocol = protocol },
        };
        if (version is not null)
        {
            request.Headers.Add("Sec-WebSocket-Version", version);
        }

        using var answer = await _http2.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("13", Assert.Single(answer.Headers.GetValues("Sec-WebSocket-Version")));
    }

    /// <summary>The path of a client that waits for its refusal on a socket.</summary>
    [Fact]
    public async Task Who_is_refused_on_a_socket_is_so_here()
    {
        var (key, _) = Key.Make(Scopes.All, null, "another", null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true, Clients = new ClientOptions { Agentcmd = true } }, tls: true, keys: key);
        using var socket = await RawSocket.Open(hub, null, _http2, path: "/ws?token=unknown");
        Assert.Contains("Authentication failed", await socket.Next(), StringComparison.Ordinal);
        Assert.Null(await socket.Next());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
        await socket.Close(WebSocketCloseStatus.PolicyViolation);
    }

    private Task<RawSocket> Open(Action<ClientWebSocketOptions>? with = null) => RawSocket.Open(_hub, null, _http2, with);

    private async Task<int> Refusal(
        TestHub hub, string? credential = null, Action<ClientWebSocketOptions>? with = null, string path = "/socket/websocket?vsn=2.0.0")
    {
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => RawSocket.Open(hub, credential, _http2, with, path));
        return (int)refused.Data["status"]!;
    }

    private static async Task Hears(RawSocket socket, string name)
    {
        while (!(await socket.Next())!.Contains($"\"{name}\"", StringComparison.Ordinal))
        {
            // What is told beside it.
        }
    }

    private List<Outlet> Outlets()
    {
        var outlets = new List<Outlet>();
        _hub.Hub.Fanout.TakeOutlets(0, outlets);
        return outlets;
    }

    private Task Until(int outlets, TestHub? hub = null) => Hearing.Eventually(() => Task.FromResult((hub ?? _hub).Hub.Fanout.OutletCount == outlets));
}

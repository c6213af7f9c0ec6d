using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rollcall.Core.Fanout;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>A client that reads little is not one that reads nothing, however much is written to it at a time.</summary>
public sealed class SlowClientTests
{
    /// <summary><c>TCP_MAXSEG</c> of linux/tcp.h: a client on loopback would otherwise make room for 64 KiB at a time, or for nothing.</summary>
    private const int Tcp = 6, MaxSegment = 2;

    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(2);

    private static readonly FanoutOptions Options = new()
    {
        Shards = 1, MaxStall = Stall, StallLinger = TimeSpan.FromSeconds(1), Resolution = TimeSpan.FromSeconds(0.2),
        PingEvery = TimeSpan.FromSeconds(1), MaxSilence = TimeSpan.FromSeconds(3),
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>
    /// 20 KB a second, where 64 KiB in each of the stalls that it may take are 32. Under TLS the client takes a record of
    /// 16 KB at a time: at half the pace that would be one in 1.6 s, too near the stall for a machine with much to do.
    /// </summary>
    [Theory]
    [InlineData("socket", false)]
    [InlineData("socket", true)]
    [InlineData("stream", false)]
    [InlineData("stream", true)]
    public async Task Who_reads_on_slowly_is_kept_until_it_reads_nothing(string kind, bool tls)
    {
        await using var hub = await TestHub.Start(new RollcallOptions { Fanout = Options }, tls: tls);

        // The web server would end whoever reads less than any number of bytes a second.
        hub.App.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MinResponseDataRate = new MinDataRate(1e9, Stall);
        await hub.Post("/api/v1/sessions", new { id = "s" });
        var address = tls ? hub.TlsAddress : hub.Address;
        await using var client = await Connect(address);
        await client.WriteAsync(kind == "socket" ? Join(address) : Stream(address), Cancel);
        await Hears(client, "snapshot");
        var reading = Read(client, 4 * Stall, bytes: 2_000);

        // At once more than the kernel holds for it: before, only its answers to pings would be heard, and it gives none.
        for (var i = 0; i < 2; i++)
        {
            var batch = Enumerable.Repeat(new { type = "output", session_id = "s", text = new string('x', 50_000) }, 20);
            Assert.All((await hub.Post("/api/v1/commands", batch)).Json.EnumerateArray(), answer => Assert.True(answer.GetProperty("ok").GetBoolean()));
        }

        await reading;
        Assert.Equal(1, hub.Hub.Fanout.OutletCount);
        await Hearing.Eventually(() => Task.FromResult(hub.Hub.Fanout.OutletCount == 0));
    }

    /// <summary>20 KB a second of 200, and no pong: no write waits, as the kernel holds it all, and for longer than anybody may be silent.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_takes_long_for_what_the_kernel_holds_is_not_taken_for_silent(bool tls)
    {
        await using var hub = await TestHub.Start(new RollcallOptions { Fanout = Options }, tls: tls);
        await hub.Post("/api/v1/sessions", new { id = "s" });
        var address = tls ? hub.TlsAddress : hub.Address;
        await using var client = await Connect(address);
        await client.WriteAsync(Join(address), Cancel);
        await Hears(client, "snapshot");
        var batch = Enumerable.Repeat(new { type = "output", session_id = "s", text = new string('x', 50_000) }, 4);
        Assert.All((await hub.Post("/api/v1/commands", batch)).Json.EnumerateArray(), answer => Assert.True(answer.GetProperty("ok").GetBoolean()));

        await Read(client, 3 * Stall, bytes: 2_000);
        Assert.Equal(1, hub.Hub.Fanout.OutletCount);
        await Hearing.Eventually(() => Task.FromResult(hub.Hub.Fanout.OutletCount == 0));
    }

    /// <summary>It sends heartbeats, and has sent another join, to which there is so much to say that the hub reads nothing more before that is taken.</summary>
    [Fact]
    public async Task Who_is_not_read_meanwhile_is_not_taken_for_silent()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { Fanout = Options });
        foreach (var id in new[] { "s", "t" })
        {
            await hub.Post("/api/v1/sessions", new { id });
            for (var i = 0; i < 8; i++)
            {
                Assert.Equal(200, (await hub.Post($"/api/v1/sessions/{id}/output", new { text = new string('x', 50_000) })).Status);
            }
        }

        await using var client = await Connect(hub.Address);
        await client.WriteAsync(Join(hub.Address), Cancel);
        await Hears(client, "snapshot");
        await client.WriteAsync(ClientFrame.Text("""["2","2","session:t","phx_join",{}]"""), Cancel);
        await client.WriteAsync(ClientFrame.Text("""["3","3","session:t","phx_join",{}]"""), Cancel);
        await Read(client, 4 * Stall, ClientFrame.Text("""[null,"7","phoenix","heartbeat",{}]"""));
        Assert.Equal(1, hub.Hub.Fanout.OutletCount);
    }

    /// <summary>Reads for so long, ten times a second, and says something now and then.</summary>
    private static async Task Read(Stream client, TimeSpan time, byte[]? saying = null, int bytes = 1_000)
    {
        var (piece, pieces) = (new byte[bytes], 0);
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < time; pieces++)
        {
            await client.ReadExactlyAsync(piece, Cancel);
            await Task.Delay(TimeSpan.FromSeconds(0.1), TimeProvider.System, Cancel);
            if (saying is not null && pieces % 5 == 0)
            {
                await client.WriteAsync(saying, Cancel);
            }
        }
    }

    private static async Task<Stream> Connect(Uri address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        socket.SetRawSocketOption(Tcp, MaxSegment, BitConverter.GetBytes(536));
        await socket.ConnectAsync(address.Host, address.Port, Cancel);
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (address.Scheme != Uri.UriSchemeHttps)
        {
            return stream;
        }

#pragma warning disable CA5359 // The certificate is the test's own.
        var secured = new SslStream(stream, false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await secured.AuthenticateAsClientAsync(address.Host);
        return secured;
    }

    private static byte[] Join(Uri address) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
        .. ClientFrame.Text("""["1","1","session:s","phx_join",{}]"""),
    ];

    private static byte[] Stream(Uri address) =>
        Encoding.ASCII.GetBytes($"GET /api/v1/events/stream?topics=session:s HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n");

    private static async Task Hears(Stream client, string word)
    {
        var (heard, octet) = (new StringBuilder(), new byte[1]);
        while (heard.Length < word.Length || heard.ToString(heard.Length - word.Length, word.Length) != word)
        {
            await client.ReadExactlyAsync(octet, Cancel);
            heard.Append((char)octet[0]);
        }
    }
}

using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>Nobody holds up a stop who leaves a request unfinished; and who is about to be answered is.</summary>
public sealed class ServedConnectionsTests
{
    private readonly TestClock _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("G")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: {host}\r\n")]
    [InlineData("POST /api/v1/sessions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")]
    [InlineData("GET /api/v1/events?limit=1000 HTTP/1.1\r\nHost: {host}\r\n\r\n")]
    [InlineData("", true)]
    public async Task Who_does_not_go_on_holds_up_no_stop(string said, bool tls = false)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || !said.Contains("limit", StringComparison.Ordinal), "elsewhere nobody knows what a client takes");
        var hub = await Start();
        await hub.Post("/api/v1/sessions", new { id = "s" });
        for (var i = 0; i < 300; i++)
        {
            await hub.Post("/api/v1/sessions/s/output", new { text = new string('x', 4000) });
        }

        using var client = await Connect(tls ? hub.TlsAddress : hub.Address);
        await client.SendAsync(Encoding.ASCII.GetBytes(said.Replace("{host}", hub.Address.Authority, StringComparison.Ordinal)), Cancel);
        await Whereabouts.Pause();

        await Stop(hub.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task Who_is_about_to_be_answered_is_waited_for()
    {
        var hub = await Start();
        await hub.Post("/api/v1/sessions", new { id = "s" });
        using var held = await HeldWriter.By(hub.Hub, new UpdateSession { SessionId = "s", Name = "n" });
        var answer = hub.Post("/api/v1/sessions", new { id = "t" });
        await Whereabouts.Pause();

        var stopping = hub.DisposeAsync().AsTask();
        for (var i = 0; i < 20; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Whereabouts.Pause();
        }

        Assert.False(answer.IsCompleted);
        held.Dispose();
        Assert.Equal(201, (await answer).Status);
        await Stop(stopping);
    }

    /// <summary>The web server's own patience is longer than the test's.</summary>
    private async Task<TestHub> Start()
    {
        var hub = await TestHub.Start(time: _clock, tls: true);
        hub.App.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout = TimeSpan.FromSeconds(30);
        var limits = hub.App.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        (limits.RequestHeadersTimeout, limits.MinRequestBodyDataRate) = (TimeSpan.FromMinutes(1), null);
        return hub;
    }

    private Task Stop(Task stopping) => Hearing.Eventually(() =>
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        return Task.FromResult(stopping.IsCompletedSuccessfully);
    });

    private static async Task<Socket> Connect(Uri to)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(to.Host, to.Port, Cancel);
        return socket;
    }
}

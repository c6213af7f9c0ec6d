using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Core.Fanout;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;
using Rollcall.Server.Sockets.Direct;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>A listener keeps none of the threads that wait for all sockets: as its clock and a protocol see it.</summary>
public sealed class ListenerTests : IAsyncLifetime
{
    private const int Connections = 20;

    private readonly Clock _clock = new();
    private readonly Spoken _spoken = new();
    private readonly SocketConnectionContextFactory _contexts = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
    private TestHub _hub = null!;
    private Listener _listener = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        var services = _hub.App.Services;
        var door = new DirectDoor(services.GetRequiredService<Addresses>(), new SocketProtocols([_spoken]), services.GetRequiredService<SocketParts>());
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener = new Listener(socket, door, services.GetRequiredService<IDirectRequests>(), _contexts, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _contexts.Dispose();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task A_new_connection_is_waited_for_from_the_pool()
    {
        await Connect();
        Assert.DoesNotContain(false, _clock.Asked);
    }

    [Fact]
    public async Task What_a_connection_says_first_is_read_on_the_pool()
    {
        await Connect();
        Assert.DoesNotContain(false, _spoken.Asked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("POST /api/v1/sessions/nobody/heartbeat HTTP/1.1\r\nContent-Length: 0\r\n")]
    public async Task One_that_has_ended_is_nobodys(string said)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(_listener.EndPoint, Cancel);
        var answer = new byte[4096];
        if (said.Length > 0)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes($"{said}Host: {_listener.EndPoint}\r\n\r\n"), Cancel);
            Assert.StartsWith("HTTP/1.1 404 ", Encoding.ASCII.GetString(answer, 0, await client.ReceiveAsync(answer, Cancel)), StringComparison.Ordinal);
        }

        var next = _listener.AcceptAsync(Cancel);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await client.ReceiveAsync(answer, Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancel));
        Assert.False(next.IsCompleted);
        await _listener.UnbindAsync(Cancel);
        Assert.Null(await next);
    }

    /// <summary>One after the other, so that each is waited for, and so is what it says.</summary>
    private async Task Connect()
    {
        for (var i = 1; i <= Connections; i++)
        {
            await Whereabouts.Pause();
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(_listener.EndPoint, Cancel);
            await Hearing.Eventually(() => Task.FromResult(_clock.Asked.Count == i));
            await Whereabouts.Pause();
            await client.SendAsync(Encoding.ASCII.GetBytes($"GET {Spoken.Where} HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"), Cancel);
            await using var connection = await _listener.AcceptAsync(Cancel);
            Assert.NotNull(connection);
            Assert.Equal(i, _spoken.Asked.Count);
        }
    }

    /// <summary>Asked for the time when it begins to wait for what a connection says.</summary>
    private sealed class Clock : TimeProvider
    {
        public ConcurrentQueue<bool> Asked { get; } = [];

        public override long GetTimestamp()
        {
            Asked.Enqueue(Thread.CurrentThread.IsThreadPoolThread);
            return base.GetTimestamp();
        }
    }

    /// <summary>Asked whether it understands a handshake, and leaves all of them to the web server.</summary>
    private sealed class Spoken : SocketProtocol
    {
        public const string Where = "/spoken";

        public ConcurrentQueue<bool> Asked { get; } = [];

        public override string Path => Where;

        public override ICodec Codec => PhoenixCodec.Instance;

        public override bool Understands(HttpRequest request)
        {
            Asked.Enqueue(Thread.CurrentThread.IsThreadPoolThread);
            return false;
        }

        public override SocketConnection Connect(WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates) =>
            throw new NotSupportedException();
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Fanout;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;
using Rollcall.Server.Sockets.Direct;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>A connection keeps none of the threads that wait for all sockets: as a protocol sees it.</summary>
public sealed class SocketConnectionTests : IAsyncLifetime
{
    private const int Times = 10;

    private readonly ConcurrentQueue<bool> _handled = [];
    private readonly ConcurrentQueue<bool> _left = [];
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private TestHub _hub = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task What_a_client_says_is_handled_on_the_pool()
    {
        var (client, served) = await Connect();
        for (var i = 0; i < Times; i++)
        {
            await Whereabouts.Pause();
            await client.SendAsync(ClientFrame.Text("hello"), Cancel);
        }

        client.Dispose();
        await served;
        Assert.Equal(Times, _handled.Count);
        Assert.DoesNotContain(false, _handled);
    }

    [Fact]
    public async Task What_a_client_that_is_suddenly_gone_leaves_behind_is_seen_to_on_the_pool()
    {
        for (var i = 0; i < Times; i++)
        {
            var (client, served) = await Connect();
            await Whereabouts.Pause();
            client.LingerState = new LingerOption(true, 0);
            client.Dispose();
            await served;
        }

        Assert.Equal(Times, _left.Count);
        Assert.DoesNotContain(false, _left);
    }

    /// <summary>The hub has said its last word, and waits for the client to end its side.</summary>
    [Fact]
    public async Task A_connection_that_its_client_ends_is_forgotten_on_the_pool()
    {
        for (var i = 0; i < Times; i++)
        {
            var (client, served) = await Connect();
            await client.SendAsync(ClientFrame.Close(1000), Cancel);
            var rest = new byte[64];
            while (await client.ReceiveAsync(rest, SocketFlags.None, Cancel) > 0)
            {
            }

            await Whereabouts.Pause();
            Assert.False(served.IsCompleted);
            client.Dispose();
            Assert.True(await served);
        }
    }

    /// <summary>Connects a client; and whether who served it goes on on the pool when it is gone.</summary>
    private async Task<(Socket Client, Task<bool> Served)> Connect()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(_listener.LocalEndPoint!, Cancel);
        var transport = new DirectTransport(await _listener.AcceptAsync(Cancel), TimeProvider.System);
        var outlet = _hub.Hub.Fanout.Open(transport, PhoenixCodec.Instance);
        var connection = new Connection(transport, outlet, _hub.App.Services.GetRequiredService<SocketParts>(), _handled, _left);
        return (client, Whereabouts.EndsOnThePool(connection.Run()));
    }

    private sealed class Connection(
        WebSocketTransport transport, Outlet outlet, SocketParts parts, ConcurrentQueue<bool> handled, ConcurrentQueue<bool> left)
        : SocketConnection(transport, outlet, Principal.Local, false, parts)
    {
        protected override ValueTask Handle(WebSocketMessage message)
        {
            handled.Enqueue(Thread.CurrentThread.IsThreadPoolThread);
            return ValueTask.CompletedTask;
        }

        protected override ValueTask Leave()
        {
            left.Enqueue(Thread.CurrentThread.IsThreadPoolThread);
            return ValueTask.CompletedTask;
        }
    }
}

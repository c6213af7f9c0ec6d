using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Server.Sockets;
using Rollcall.Server.Sockets.Direct;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>Which connections of the web server's are waited for, from one look to the next.</summary>
public sealed class ServedConnectionTests : IAsyncLifetime
{
    private readonly SocketConnectionContextFactory _contexts = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);
    private Socket _client = null!;
    private Socket _socket = null!;
    private ConnectionContext _context = null!;
    private ServedConnection _connection = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await _client.ConnectAsync(listener.LocalEndPoint!, Cancel);
        _socket = await listener.AcceptAsync(Cancel);
        _context = _contexts.Create(_socket);
        _connection = new ServedConnection(_socket, _context.Abort, isServers: true);
        _connection.CutIdle();
        Assert.True(IsOpen);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _context.DisposeAsync();
        _contexts.Dispose();
    }

    /// <summary>An abort shuts the socket before it returns.</summary>
    private bool IsOpen => !_client.Poll(TimeSpan.Zero, SelectMode.SelectRead) || _client.Available > 0;

    [Fact]
    public async Task One_whose_head_is_not_whole_is_cut_off_whatever_comes_of_it()
    {
        await Say("GET /");
        _connection.CutIdle();
        await Cut();
    }

    [Fact]
    public async Task A_request_that_is_whole_is_waited_for_until_it_was_handled()
    {
        _connection.Begin();
        _connection.CutIdle();
        _connection.CutIdle();
        Assert.True(IsOpen);

        _connection.End();
        _connection.CutIdle();
        await Cut();
    }

    [Fact]
    public async Task A_body_is_waited_for_while_more_of_it_comes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere nobody knows");
        _connection.Begin();
        using var body = _connection.Wait();
        for (var i = 0; i < 3; i++)
        {
            await Say("x");
            _connection.CutIdle();
            Assert.True(IsOpen);
        }

        _connection.CutIdle();
        await Cut();
    }

    [Fact]
    public async Task An_answer_is_waited_for_while_more_of_it_is_taken()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere nobody knows");
        _connection.Begin();
        _ = _context.Transport.Output.WriteAsync(new byte[16 * 1024 * 1024], Cancel).AsTask();
        var taken = new byte[1024];
        for (var i = 0; i < 3; i++)
        {
            await Hearing.Eventually(() => Task.FromResult(TcpProgress.Of(_socket).Unsent > 0));
            _connection.CutIdle();
            Assert.True(IsOpen);
            var before = TcpProgress.Of(_socket).Acknowledged;
            await Hearing.Eventually(async () => await _client.ReceiveAsync(taken, Cancel) > 0 && TcpProgress.Of(_socket).Acknowledged > before);
        }
    }

    /// <summary>Says something, which the hub's side of the connection has got then.</summary>
    private async Task Say(string text)
    {
        var before = TcpProgress.Of(_socket).Received;
        await _client.SendAsync(Encoding.ASCII.GetBytes(text), Cancel);
        await Hearing.Eventually(() => Task.FromResult(!OperatingSystem.IsLinux() || TcpProgress.Of(_socket).Received > before));
    }

    private Task Cut() => Hearing.Eventually(() => Task.FromResult(!IsOpen));
}

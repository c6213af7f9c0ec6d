using System.Net;
using System.Net.Sockets;
using Rollcall.Core.Tests;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>Connections that never say a word: one address may hold only so many of them.</summary>
public sealed class SilentConnectionsTests : IAsyncLifetime
{
    private const int Most = 101;
    private const int Tries = 30;

    private readonly TestClock _clock = new();
    private readonly List<Socket> _silent = [];
    private TestHub _hub = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start(new RollcallOptions { MaxConnectionsPerAddress = 1 }, time: _clock);
        for (var i = 0; i < Most; i++)
        {
            _silent.Add(await Connect("127.0.0.1"));
        }
    }

    public ValueTask DisposeAsync()
    {
        _silent.ForEach(socket => socket.Dispose());
        return _hub.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    public async Task Another_one_is_closed_at_once_also_when_the_web_server_waits_for_them(int seconds)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere loopback has one address");
        using (var last = await Connect("127.0.0.1"))
        {
            Assert.Equal("", await Ask(last));
        }

        _clock.Advance(TimeSpan.FromSeconds(seconds));
        for (var i = 0; i < Tries; i++)
        {
            // Not at one moment alone: the web server may not have got them yet.
            using var one = await Connect("127.0.0.1");
            Assert.Equal("", await Ask(one));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        }

        using var other = await Connect("127.0.0.2");
        Assert.Equal("HTTP/1.1 200", await Ask(other));

        _silent.ForEach(socket => socket.Dispose());
        await Hearing.Eventually(async () =>
        {
            using var again = await Connect("127.0.0.1");
            return await Ask(again) == "HTTP/1.1 200";
        });
    }

    private async Task<Socket> Connect(string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(_hub.Address.Host, _hub.Address.Port, Cancel);
        return socket;
    }

    /// <summary>Waits for what the hub makes of a connection, and asks; the answer's status, or nothing where it was closed.</summary>
    private async Task<string> Ask(Socket socket)
    {
        var answer = new byte["HTTP/1.1 200".Length];
        try
        {
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes($"GET /healthz HTTP/1.1\r\nHost: {_hub.Address.Authority}\r\n\r\n"), Cancel);
            return System.Text.Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer, Cancel));
        }
        catch (SocketException)
        {
            return "";
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>Where a sender goes on when the kernel has taken the rest.</summary>
public sealed class SocketSendsTests
{
    /// <summary>More than the kernel holds for a client that does not read.</summary>
    private const int Large = 64 * 1024 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_tells_a_slow_reader_goes_on_on_the_pool()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var reader = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await reader.ConnectAsync(listener.LocalEndPoint!, Cancel);
        using var writer = await listener.AcceptAsync(Cancel);
        var sending = writer.SendLater(new byte[Large], Cancel).AsTask();
        var sent = Whereabouts.EndsOnThePool(sending);
        Assert.False(sent.IsCompleted);

        var (buffer, heard) = (new byte[1024 * 1024], 0);
        while (heard < Large)
        {
            heard += await reader.ReceiveAsync(buffer, SocketFlags.None, Cancel);
        }

        Assert.True(await sent);
        await sending;
    }
}

using System.Net;
using System.Net.Sockets;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>Both ends of a connection: a client's bare socket, and the hub's transport.</summary>
internal static class DirectPair
{
    public static async Task<(Socket Client, DirectTransport Transport)> Open()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        return (client, new DirectTransport(await listener.AcceptAsync(TestContext.Current.CancellationToken), TimeProvider.System));
    }
}

using System.Net;
using System.Net.Sockets;
using Rollcall.Server.Sockets.Direct;
using Xunit;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>The socket under the direct transport, against the kernel's own.</summary>
public sealed class DirectSocketTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_it_sends_arrives_until_the_kernel_is_full()
    {
        var (server, client) = await Connect();
        using (client)
        {
            var socket = new DirectSocket(server);
            Assert.Equal(5, socket.Send("hello"u8));

            long sent = 5;
            for (int taken; (taken = socket.Send(new byte[65536])) > 0; sent += taken)
            {
            }

            socket.Close();
            Assert.Equal(sent, await ReadToEnd(client));
        }
    }

    [Fact]
    public async Task Who_is_gone_is_an_error_and_who_was_closed_another()
    {
        var (server, client) = await Connect();
        var socket = new DirectSocket(server);
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();
        await server.ReceiveAsync(new byte[1], SocketFlags.None, Cancel).AsTask().ContinueWith(_ => { }, Cancel, TaskContinuationOptions.None, TaskScheduler.Default);
        Assert.Throws<SocketException>(() => socket.Send("hello"u8));

        socket.Close();
        socket.Close();
        Assert.Throws<ObjectDisposedException>(() => socket.Send("hello"u8));
    }

    /// <summary>The next connection is given the number of the last one's descriptor; what was meant for one must not reach the other.</summary>
    [Fact]
    public async Task A_socket_closed_while_it_sends_sends_to_nobody_else()
    {
        using var listener = Listen();
        for (var round = 0; round < 500; round++)
        {
            var (server, client) = await Connect(listener);
            using (client)
            {
                var socket = new DirectSocket(server);
                var sending = new Thread(() =>
                {
                    try
                    {
                        while (true)
                        {
                            socket.Send("x"u8);
                        }
                    }
                    catch (Exception closed) when (closed is ObjectDisposedException or SocketException)
                    {
                    }
                });
                sending.Start();
                using var other = await Ask(listener);
                await client.ReceiveAsync(new byte[1], SocketFlags.None, Cancel);

                // As it happens: the reader ends, then the connection, then whoever served it.
                socket.Close();
                socket.Close();
                socket.Close();
                using (var next = await listener.AcceptAsync(Cancel))
                {
                    sending.Join();
                }

                Assert.Equal(0, await ReadToEnd(other));
            }
        }
    }

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        return listener;
    }

    private static async Task<(Socket Server, Socket Client)> Connect()
    {
        using var listener = Listen();
        return await Connect(listener);
    }

    private static async Task<(Socket Server, Socket Client)> Connect(Socket listener)
    {
        var client = await Ask(listener);
        return (await listener.AcceptAsync(Cancel), client);
    }

    private static async Task<Socket> Ask(Socket listener)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!, Cancel);
        return client;
    }

    private static async Task<long> ReadToEnd(Socket socket)
    {
        long total = 0;
        var into = new byte[65536];
        for (int read; (read = await socket.ReceiveAsync(into, SocketFlags.None, Cancel)) > 0; total += read)
        {
        }

        return total;
    }
}

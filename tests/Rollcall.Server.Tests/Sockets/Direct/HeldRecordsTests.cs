using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>What is held below TLS until that of others is ready, on a real socket.</summary>
public sealed class HeldRecordsTests
{
    private const int Moment = 100_000;

    [Fact]
    public async Task What_TLS_says_on_another_thread_comes_behind_what_was_made_before()
    {
        Assert.Equal("first second", await Sent((output, client) =>
        {
            Assert.True(Hold(output, "first "));
            var other = Task.Run(() => output.WriteAsync("second"u8.ToArray()).AsTask());
            Assert.False(client.Poll(Moment, SelectMode.SelectRead), "something overtook what is held");
            return Task.WhenAll(output.Release().AsTask(), other);
        }));
    }

    [Fact]
    public async Task What_was_dropped_leaves_room()
    {
        Assert.Equal("last", await Sent((output, _) =>
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.True(Hold(output, new string('x', 8000)));
                output.Drop();
            }

            Assert.True(Hold(output, "last"));
            return output.Release().AsTask();
        }));
    }

    [Fact]
    public async Task What_is_large_or_finds_no_room_is_not_held()
    {
        Assert.Equal("", await Sent((output, _) =>
        {
            Assert.False(output.TryHold((8 * 1024) + 1));
            var held = 0;
            while (held < 100 && Hold(output, new string('x', 8000)))
            {
                held++;
            }

            Assert.InRange(held, 8, 16);
            for (; held > 0; held--)
            {
                output.Drop();
            }

            return Task.CompletedTask;
        }));
    }

    private static bool Hold(TlsOutput output, string text)
    {
        if (!output.TryHold(text.Length))
        {
            return false;
        }

        Assert.True(output.WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask().IsCompletedSuccessfully);
        output.Held();
        return true;
    }

    /// <summary>What came of some work on a single thread, like a shard's, that is given the server's way out and the client.</summary>
    private static async Task<string> Sent(Func<TlsOutput, Socket, Task> work)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint);
        using var server = await listener.AcceptSocketAsync();

        var connection = new DefaultConnectionContext { Transport = new Pipes(new Pipe().Reader, new Pipe().Writer) };
        connection.Features.Set<IConnectionSocketFeature>(new SocketOf(server));
        await TlsOutput.Serve(connection, tls => Task.Factory.StartNew(
            () => work(tls.Features.Get<TlsOutput>()!, client),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap());
        server.Shutdown(SocketShutdown.Send);

        using var all = new MemoryStream();
        await new NetworkStream(client).CopyToAsync(all, TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(all.ToArray());
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed record SocketOf(Socket Socket) : IConnectionSocketFeature;
}

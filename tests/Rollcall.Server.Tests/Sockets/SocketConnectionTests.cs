using System.Collections.Concurrent;
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
    private TestHub _hub = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _hub = await TestHub.Start();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

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
    public async Task What_takes_no_time_is_handled_where_it_was_read()
    {
        var (client, served) = await Connect(stays: true);
        for (var i = 0; i < Times; i++)
        {
            await Whereabouts.Pause();
            await client.SendAsync(ClientFrame.Text("hello"), Cancel);
        }

        client.Dispose();
        Assert.True(await served);
        Assert.Equal(Times, _handled.Count);
        Assert.Contains(false, _handled);
        Assert.Equal([true], _left);
    }

    /// <summary>As many may come to each of a thousand others at the same time.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(100)]
    public async Task Several_messages_at_once_are_handled_on_the_pool(int messages)
    {
        for (var i = 0; i < Times; i++)
        {
            var (client, served) = await Connect(stays: true);
            await Whereabouts.Pause();
            client.Send(Enumerable.Repeat(ClientFrame.Text(""), messages).SelectMany(frame => frame).ToArray());
            client.Dispose();
            await served;
        }

        Assert.Equal(Enumerable.Repeat(true, Times * messages), _handled);
    }

    /// <summary>Its end is all that the last read brings.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_large_message_is_handled_on_the_pool_also_where_it_came_in_parts(int parts)
    {
        for (var i = 0; i < Times; i++)
        {
            var (client, served) = await Connect(stays: true);
            await Whereabouts.Pause();
            var text = new byte[8192];
            client.Send(parts == 1 ? ClientFrame.Of(ClientFrame.TextCode, text) : ClientFrame.Of(ClientFrame.TextCode, text, fin: false));
            await Whereabouts.Pause();
            client.Send(parts == 1 ? [] : ClientFrame.Of(ClientFrame.Continuation, [1]));
            client.Dispose();
            await served;
        }

        Assert.Equal(Enumerable.Repeat(true, Times), _handled);
    }

    /// <summary>What is said while something is handled is there before it is waited for.</summary>
    [Fact]
    public async Task Whoever_has_more_ready_each_time_is_handled_on_the_pool()
    {
        var (client, transport) = await DirectPair.Open();
        var served = Serve(transport, stays: true, () =>
        {
            if (_handled.Count < Times)
            {
                client.Send(ClientFrame.Text("more"));
            }
            else
            {
                client.Shutdown(SocketShutdown.Send);
            }
        });
        await Whereabouts.Pause();
        client.Send(ClientFrame.Text("hello"));
        await served;
        client.Dispose();
        Assert.Equal(Times, _handled.Count);
        Assert.InRange(_handled.Count(onThePool => !onThePool), 0, 1);
    }

    /// <summary>Whoever always has more to say would keep a thread of the pool, and two of them the hub; or one of those that wait for all sockets.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_client_has_said_is_handled_in_turns(bool stays)
    {
        const int messages = 20_000;
        var resumed = 0;
        var serving = new AsyncLocal<object?>(change => resumed += change is { ThreadContextChanged: true, CurrentValue: not null } ? 1 : 0);
        var (client, transport) = await DirectPair.Open();
        using var _ = client;
        var saying = Task.Run(() => client.Send(Enumerable.Repeat(ClientFrame.Text(""), messages).SelectMany(frame => frame).ToArray()), Cancel);
        await Whereabouts.Pause();
        serving.Value = new object();
        var served = Serve(transport, stays);
        serving.Value = null;
        await saying;
        client.Shutdown(SocketShutdown.Send);
        await served;
        Assert.Equal(messages, _handled.Count);
        Assert.InRange(resumed, messages / 2000, int.MaxValue);
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
    private async Task<(Socket Client, Task<bool> Served)> Connect(bool stays = false)
    {
        var (client, transport) = await DirectPair.Open();
        return (client, Whereabouts.EndsOnThePool(Serve(transport, stays)));
    }

    private Task Serve(DirectTransport transport, bool stays, Action? handling = null) => new Connection(
        transport, _hub.Hub.Fanout.Open(transport, PhoenixCodec.Instance), _hub.App.Services.GetRequiredService<SocketParts>(), stays, handling, _handled, _left).Run();

    private sealed class Connection(
        WebSocketTransport transport, Outlet outlet, SocketParts parts, bool stays, Action? handling, ConcurrentQueue<bool> handled, ConcurrentQueue<bool> left)
        : SocketConnection(transport, outlet, Principal.Local, false, parts)
    {
        protected override bool StaysWhereRead => stays;

        protected override ValueTask Handle(WebSocketMessage message)
        {
            handled.Enqueue(Thread.CurrentThread.IsThreadPoolThread);
            handling?.Invoke();
            return ValueTask.CompletedTask;
        }

        protected override ValueTask Leave()
        {
            left.Enqueue(Thread.CurrentThread.IsThreadPoolThread);
            return ValueTask.CompletedTask;
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;
using Rollcall.Server.Sockets.Direct;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>What the threads that wait for all sockets do of Phoenix themselves, and what they leave to the pool: a connection reads on where it handled the last message.</summary>
public sealed class PhoenixPlacementTests : IAsyncLifetime
{
    private const int Times = 30;

    private readonly ConcurrentQueue<bool> _handledOnThePool = [];
    private TestHub _hub = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        await _hub.Post("/api/v1/sessions", new { id = "a" });
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData("""[null,"1","phoenix","heartbeat",{}]""")]
    [InlineData("""["1","1","session:a","output",{"text":"x"}]""")]
    [InlineData("""["1","1","session:a","send_message",{"text":"x"}]""")]
    public async Task A_small_push_of_an_owner_is_handled_where_it_was_read(string push)
    {
        await Say(push, before: """["1","1","session:a","phx_join",{"role":"owner"}]""");
        Assert.Contains(false, _handledOnThePool);
        await _hub.Hub.Settle(TestContext.Current.CancellationToken);
        var told = await _hub.Log.Read(new LogRange(SessionId: "a", Limit: int.MaxValue), Cancel);
        Assert.Equal(push.Contains("output", StringComparison.Ordinal) ? Times : 0, told.Count(entry => entry.Event == "stream_output"));
    }

    [Theory]
    [InlineData("""["1","1","session:a","phx_join",{}]""")]
    [InlineData("""["1","1","session:a","phx_leave",{}]""")]
    public async Task Who_joins_or_leaves_does_it_on_the_pool(string message)
    {
        await Say(message);

        // What is done on the pool may be done before the thread that read it waits for it: then that reads on.
        Assert.InRange(_handledOnThePool.Count(onThePool => !onThePool), 0, Times * 2 / 3);
    }

    /// <summary>A little that arrives may be much when it is inflated.</summary>
    [Fact]
    public async Task What_may_be_compressed_is_handled_on_the_pool()
    {
        await Say("""[null,"1","phoenix","heartbeat",{}]""", deflates: true);
        Assert.DoesNotContain(false, _handledOnThePool);
    }

    [Fact]
    public async Task That_somebody_ended_a_session_is_written_down_on_the_pool()
    {
        var (log, asked) = SeenLog.Of(_hub.Log);
        var ends = new EndAudit(log, TimeProvider.System);
        await Whereabouts.Elsewhere(() => ends.Note(
            Principal.Local, new TerminateSession { SessionId = "a" }, new Rollcall.Core.Outcome.Accepted(1, null, true)).AsTask());
        Assert.Equal([(nameof(ILog.Audit), true)], asked);
    }

    private async Task Say(string message, bool deflates = false, string? before = null)
    {
        var (client, direct) = await DirectPair.Open();
        using var connected = client;
        var transport = new SeenTransport(direct, _handledOnThePool);
        var protocol = _hub.App.Services.GetServices<SocketProtocol>().OfType<PhoenixProtocol>().Single();
        var outlet = _hub.Hub.Fanout.Open(transport, PhoenixCodec.Instance);
        var served = Task.Run(() => protocol.Connect(transport, outlet, Principal.Local, deflates).Run(), Cancel);
        var sent = 0;
        foreach (var said in (string[])[.. before is null ? [] : new[] { before }, .. Enumerable.Repeat(message, Times)])
        {
            // Each comes alone: the one before has been handled, and the next is waited for.
            for (var tries = 0; _handledOnThePool.Count <= sent && tries < 1000; tries++)
            {
                await Whereabouts.Pause();
            }

            await Whereabouts.Pause();
            await client.SendAsync(ClientFrame.Text(said), Cancel);
            sent++;
        }

        client.Shutdown(SocketShutdown.Send);
        await served;

        // The first was before anything was said.
        Assert.True(_handledOnThePool.TryDequeue(out _));
        Assert.InRange(_handledOnThePool.Count, 2, Times + 2);
    }

    /// <summary>A transport that notes where it is asked for what comes next.</summary>
    private sealed class SeenTransport(DirectTransport transport, ConcurrentQueue<bool> onThePool) : WebSocketTransport
    {
        public override IPAddress? Address => transport.Address;

        public override ValueTask<int> Read(Memory<byte> into)
        {
            if (into.IsEmpty)
            {
                onThePool.Enqueue(Thread.CurrentThread.IsThreadPoolThread);
            }

            return transport.Read(into);
        }

        public override ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices) => transport.Send(slices);

        public override ValueTask Send(ReadOnlyMemory<byte> bytes) => transport.Send(bytes);

        public override ValueTask End() => transport.End();

        protected override void Cut() => transport.Abort();
    }
}

using Rollcall.Core.Fanout;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>A hub that stops tells its connections so step by step, and is done before it is killed.</summary>
public sealed class DrainingTests
{
    [Theory]
    [InlineData(1_000, 10)]
    [InlineData(60_000, 200)]
    public async Task However_many_are_there_are_told_in_so_many_steps_at_most(int connections, int steps)
    {
        await using var hub = await TestHub.Start();
        var gone = 0;
        for (var i = 0; i < connections; i++)
        {
            _ = new Leaving(hub, () => Interlocked.Increment(ref gone));
        }

        var clock = new Steps();
        await new Draining(hub.Hub, new RollcallOptions(), clock).StoppingAsync(CancellationToken.None);

        // The last may be looked for once more, while they go.
        Assert.InRange(clock.Taken, steps, steps + 60);
        Assert.Equal(connections, gone);
    }

    /// <summary>A connection that goes when it is told to, or cut off because the machine is busy.</summary>
    private sealed class Leaving : ITransport
    {
        private readonly Outlet _outlet;
        private readonly Action _gone;

        public Leaving(TestHub hub, Action gone) => (_gone, _outlet) = (gone, hub.Hub.Fanout.Open(this, PhoenixCodec.Instance));

        public bool IsSocket => false;

        public ReadOnlyMemory<byte> KeepAlive => default;

        public ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices) => ValueTask.CompletedTask;

        public ValueTask Close(int code, string reason)
        {
            Assert.Equal(1012, code);
            _gone();
            _outlet.Dispose();
            return ValueTask.CompletedTask;
        }

        public void Abort()
        {
            _gone();
            _outlet.Dispose();
        }
    }

    /// <summary>A clock whose every wait is over in a moment, counted.</summary>
    private sealed class Steps : TimeProvider
    {
        private int _taken;

        public int Taken => _taken;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _taken);
            return System.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
        }
    }
}

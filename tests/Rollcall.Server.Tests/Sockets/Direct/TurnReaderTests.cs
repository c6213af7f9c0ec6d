using System.IO.Pipelines;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>A client that always has more ready is read in turns, and loses nothing by it.</summary>
public sealed class TurnReaderTests
{
    /// <summary>A byte is received when the one before it was given back, by whoever does so.</summary>
    private readonly Pipe _received = new(new PipeOptions(
        pauseWriterThreshold: 1, resumeWriterThreshold: 1, readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));

    private readonly TurnReader _reader;
    private int _filled;

    public TurnReaderTests() => _reader = new TurnReader(_received.Reader);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_turn_the_next_read_goes_on_in_the_pool_though_there_is_more()
    {
        _ = Fill(4 * TurnReader.Turn);
        var (atOnce, heard) = (0, new List<byte>());
        for (var i = 0; i < 4 * TurnReader.Turn; i++)
        {
            var reading = Read(out var completed);
            atOnce += completed ? 1 : 0;
            heard.Add(Take(await reading));
        }

        Assert.Equal(Enumerable.Range(0, 4 * TurnReader.Turn).Select(i => (byte)i), heard);
        Assert.Equal((4 * TurnReader.Turn) - 3, atOnce);
    }

    /// <summary>Or whoever receives, on the thread that gives back, would not end its turn.</summary>
    [Fact]
    public async Task What_was_read_last_is_given_back_with_the_next_turn()
    {
        _ = Fill(2 * TurnReader.Turn);
        for (var i = 0; i < TurnReader.Turn; i++)
        {
            Take(await _reader.ReadAsync(Cancel));
        }

        Assert.Equal(TurnReader.Turn, _filled);
        Take(await _reader.ReadAsync(Cancel));
        Assert.Equal(TurnReader.Turn + 2, _filled);
    }

    [Fact]
    public async Task A_read_that_cannot_wait_leaves_the_turn_to_the_next_that_can()
    {
        _ = Fill(3 * TurnReader.Turn);
        for (var i = 0; i < TurnReader.Turn; i++)
        {
            Take(await _reader.ReadAsync(Cancel));
        }

        Assert.True(_reader.TryRead(out var read));
        Assert.Equal(TurnReader.Turn, Take(read));
        var next = Read(out var completed);
        Assert.False(completed);
        Assert.Equal(TurnReader.Turn + 1, Take(await next));
    }

    [Fact]
    public async Task A_read_that_is_cancelled_between_two_turns_ends()
    {
        _ = Fill(TurnReader.Turn);
        for (var i = 0; i < TurnReader.Turn; i++)
        {
            Take(await _reader.ReadAsync(Cancel));
        }

        _reader.CancelPendingRead();
        Assert.True((await _reader.ReadAsync(Cancel)).IsCanceled);
    }

    /// <summary>Reads, and says whether that completed before the thread was let go of.</summary>
    private ValueTask<ReadResult> Read(out bool completed)
    {
        var (before, later) = (SynchronizationContext.Current, new Later());
        SynchronizationContext.SetSynchronizationContext(later);
        var reading = _reader.ReadAsync(Cancel);
        completed = reading.IsCompleted;
        SynchronizationContext.SetSynchronizationContext(before);
        later.Run();
        return reading;
    }

    private async Task Fill(int bytes)
    {
        while (_filled < bytes)
        {
            await _received.Writer.WriteAsync(new[] { (byte)_filled++ }, Cancel).ConfigureAwait(false);
        }
    }

    private byte Take(ReadResult read)
    {
        var first = read.Buffer.FirstSpan[0];
        _reader.AdvanceTo(read.Buffer.GetPosition(1));
        return first;
    }

    /// <summary>Stands for the pool, which may be done with a turn before anybody looks: does what is left to it when it is told.</summary>
    private sealed class Later : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Call, object? State)> _left = new();

        public override void Post(SendOrPostCallback d, object? state) => _left.Enqueue((d, state));

        public void Run()
        {
            while (_left.TryDequeue(out var next))
            {
                next.Call(next.State);
            }
        }
    }
}

using Rollcall.Core.Fanout;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>What a topic keeps for those who have fallen behind.</summary>
public sealed class RunTests
{
    private const int Chunk = 64 * 1024;

    private static readonly Selection Session = new([Topic.Parse("session:a")!], null, null);

    private readonly TestClock _clock = new();

    /// <summary>What is missing lies between what was there and what comes: a reader that is at the end of the one, and looks just then, must not come to the other.</summary>
    [Fact]
    public void Whoever_reads_while_a_frame_is_lost_has_fallen_behind()
    {
        const int Losses = 2_000;
        var run = new Run(Session, LineCodec.Shared, 0, 1, TimeSpan.FromHours(1));
        var subscription = new Subscription(null!, run, null);
        var (lost, seen, missed) = (0, 0, 0);
        var publisher = new Thread(() =>
        {
            for (var (loss, order) = (1, 0); loss <= Losses; loss++)
            {
                for (var i = 0; i < 20; i++)
                {
                    order++;
                    run.Append(new byte[128], order, order, TimeSpan.Zero);
                }

                order++;
                run.Lose(order, order);
                Volatile.Write(ref lost, loss);
                SpinWait.SpinUntil(() => Volatile.Read(ref seen) == loss);
            }
        })
        {
            IsBackground = true,
        };
        publisher.Start();
        while (seen < Losses)
        {
            var now = Volatile.Read(ref lost);
            while (!Slices.TakeOne(subscription, long.MaxValue, Chunk, out _).IsEmpty)
            {
                // It reads all the time.
            }

            if (now > seen)
            {
                missed += subscription.HasFallenBehind ? 0 : 1;
                subscription.GoOnBehindState(0, 0);
                Volatile.Write(ref seen, now);
            }
        }

        publisher.Join();
        Assert.Equal(0, missed);
    }

    [Fact]
    public void Of_a_burst_as_much_is_kept_as_of_anything_when_more_is_told_a_second_later()
    {
        var run = new Run(Session, LineCodec.Shared, 0, 1, TimeSpan.FromSeconds(1));
        for (var i = 1; i <= 60; i++)
        {
            run.Append(new byte[60 * 1024], i, i, TimeSpan.FromSeconds(5));
        }

        Assert.InRange(Kept(run), 60 * 60 * 1024, 61 * 60 * 1024);
        run.Append(new byte[60], 61, 61, TimeSpan.FromSeconds(6.1));
        Assert.InRange(Kept(run), Run.KeptBytes, Run.KeptBytes + Chunk);
    }

    [Fact]
    public void Of_a_burst_behind_which_nothing_is_told_as_much_is_kept_once_whoever_still_reads_it_takes_too_long()
    {
        var options = new FanoutOptions { Shards = 1 };
        var runs = new Runs(options, _clock, failure => Assert.Fail(failure.Message));
        var run = runs.Of(Session, LineCodec.Shared, 0);
        for (var i = 1; i <= 60; i++)
        {
            runs.Append(new Publication(i, "stream_output", "a", null, System.Text.Encoding.UTF8.GetBytes($"\"{new string('x', 60 * 1024)}\"")), i, _ => { });
        }

        _clock.Advance(options.BurstTolerance + options.MaxStall - TimeSpan.FromSeconds(0.1));
        var dropped = new List<Run>();
        runs.DropBursts(dropped.Add);
        Assert.InRange(Kept(run), 60 * 60 * 1024, 62 * 60 * 1024);
        Assert.Empty(dropped);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        runs.DropBursts(dropped.Add);
        Assert.InRange(Kept(run), Run.KeptBytes, Run.KeptBytes + Chunk);
        Assert.Equal([run], dropped);
    }

    /// <summary>Whoever reads is often at the end just when something is added.</summary>
    [Fact]
    public void Nothing_that_is_added_while_somebody_looks_is_passed_over()
    {
        const int frames = 200_000;
        var run = new Run(Session, LineCodec.Shared, 0, 1, TimeSpan.FromHours(1));
        var subscription = new Subscription(null!, run, null);
        var frame = new byte[8];
        var writer = new Thread(() =>
        {
            for (var i = 1; i <= frames; i++)
            {
                run.Append(frame, i, i, TimeSpan.Zero);
                Thread.SpinWait(3);
            }
        });
        writer.Start();
        var heard = 0L;
        for (var ended = false; !ended;)
        {
            ended = !writer.IsAlive;
            while (Slices.TakeOne(subscription, long.MaxValue, Chunk, out _) is { IsEmpty: false } slice)
            {
                heard += slice.Length / frame.Length;
                ended = false;
            }
        }

        Assert.Equal(frames, heard);
    }

    private static long Kept(Run run)
    {
        var kept = 0L;
        for (var chunk = run.After(run.CompleteAfter)!.Value.Chunk; chunk is not null; chunk = chunk.Next)
        {
            kept += chunk.Length;
        }

        return kept;
    }
}

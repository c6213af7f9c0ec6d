using Rollcall.Core.Fanout;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>What waits for a shard's thread, and how that is woken.</summary>
public sealed class WorkQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>In which somebody who should sleep would have done what he should not.</summary>
    private static readonly TimeSpan AMoment = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_is_woken_before_it_sleeps_does_not_sleep_and_sleeps_the_next_time(bool portable)
    {
        using Parker parker = portable ? new Parker.Portable() : Parker.Create();
        var awoke = 0;
        parker.Unpark();
        parker.Unpark();
        var sleeper = Elsewhere(() =>
        {
            parker.Park();
            Volatile.Write(ref awoke, 1);
            parker.Park();
            Volatile.Write(ref awoke, 2);
            return true;
        });

        await Until(() => Volatile.Read(ref awoke) > 0);
        await Task.Delay(AMoment, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(1, Volatile.Read(ref awoke));

        parker.Unpark();
        Assert.True(await Soon(sleeper));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_threads_wake_each_other_as_often_as_they_like(bool portable)
    {
        using Parker here = portable ? new Parker.Portable() : Parker.Create(), there = portable ? new Parker.Portable() : Parker.Create();
        const int times = 500;
        var (served, returned) = (0, 0);
        var one = Elsewhere(() =>
        {
            for (var i = 0; i < times; i++)
            {
                served++;
                there.Unpark();
                here.Park();
            }

            return returned;
        });
        var other = Elsewhere(() =>
        {
            for (var i = 0; i < times; i++)
            {
                there.Park();
                returned++;
                here.Unpark();
            }

            return served;
        });

        var counts = await Soon(Task.WhenAll(one, other));
        Assert.Equal([times, times], counts);
    }

    [Fact]
    public async Task What_many_add_is_taken_once_and_in_the_order_of_each()
    {
        const int adders = 4;
        const int each = 20_000;
        using var queue = new WorkQueue();
        var taker = Elsewhere(() =>
        {
            var next = new int[adders];
            while (queue.Take() is (int adder, int number))
            {
                Assert.Equal(next[adder]++, number);
            }

            return next;
        });

        await Task.WhenAll(Enumerable.Range(0, adders).Select(adder => Elsewhere(() =>
        {
            for (var number = 0; number < each; number++)
            {
                queue.Add((adder, number));
                queue.Wake();
            }

            return adder;
        })));
        queue.Complete();

        Assert.Equal(Enumerable.Repeat(each, adders), await Soon(taker));
    }

    [Fact]
    public void What_is_there_when_it_is_complete_is_still_taken_and_nothing_more_is_added()
    {
        using var queue = new WorkQueue();
        queue.Add("first");
        queue.Add("second");
        queue.Complete();
        queue.Add("third");

        Assert.Equal(["first", "second", null, null], [queue.Take(), queue.Take(), queue.Take(), queue.Take()]);
    }

    [Fact]
    public async Task Who_sleeps_is_woken_once_for_all_that_was_added()
    {
        using var queue = new WorkQueue();
        var taker = new Taker(queue);
        await Until(() => queue.Sleeps);

        queue.Add("first");
        queue.Add("second");
        await Task.Delay(AMoment, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal((0, true), (taker.Taken, queue.Sleeps));

        queue.Wake();
        await Until(() => taker.Taken == 2 && queue.Sleeps);
        queue.Complete();
        Assert.True(await Soon(taker.Ended));
    }

    [Fact]
    public async Task Who_sleeps_and_is_held_is_woken_when_it_is_released()
    {
        using var queue = new WorkQueue();
        var taker = new Taker(queue);
        await Until(() => queue.Sleeps);

        queue.Hold();
        queue.Add("first");
        queue.Wake();
        await Task.Delay(AMoment, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal((0, true), (taker.Taken, queue.Sleeps));

        queue.Release();
        await Until(() => taker.Taken == 1 && queue.Sleeps);
        queue.Hold();
        queue.Complete();
        queue.Release();
        Assert.True(await Soon(taker.Ended));
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var began = TimeProvider.System.GetTimestamp(); !holds();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, "it did not come to that");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);

    private static Task<T> Elsewhere<T>(Func<T> what) =>
        Task.Factory.StartNew(what, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Takes all there is on a thread of its own, and counts it.</summary>
    private sealed class Taker
    {
        private int _taken;

        public Taker(WorkQueue queue) => Ended = Elsewhere(() =>
        {
            for (; queue.Take() is not null; Interlocked.Increment(ref _taken))
            {
            }

            return true;
        });

        public int Taken => Volatile.Read(ref _taken);

        public Task<bool> Ended { get; }
    }
}

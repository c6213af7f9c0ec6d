using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Hub;

/// <summary>Large batches let what is small pass, but not the clock, which would otherwise ring before somebody who was heard in time.</summary>
public sealed class SubmissionQueueTests
{
    private readonly SubmissionQueue _queue = new(100);
    private readonly List<Submission> _taken = [];

    [Fact]
    public void However_often_the_clock_rings_behind_large_batches_it_waits_there_once()
    {
        var (first, second, small) = (Commands(300), Commands(300), Commands(1));
        Add(first, Tick(1), Tick(2), second, small, Tick(3));
        Assert.Equal(1, _queue.Take(_taken));
        Assert.Equal(0, _queue.Take(_taken));
        while (_queue.TakeLarge(_taken) > 0)
        {
        }

        Assert.Equal([small, first, Tick(1), second], _taken);
    }

    [Fact]
    public void It_waits_again_once_it_was_taken()
    {
        var (first, second) = (Commands(300), Commands(300));
        Add(first, Tick(1));
        Assert.Equal(0, _queue.Take(_taken));
        Assert.Equal((300, 1), (_queue.TakeLarge(_taken), _queue.TakeLarge(_taken)));
        Add(second, Tick(2));
        Assert.Equal(0, _queue.Take(_taken));
        Assert.Equal((300, 1, 0), (_queue.TakeLarge(_taken), _queue.TakeLarge(_taken), _queue.TakeLarge(_taken)));
        Assert.Equal([first, Tick(1), second, Tick(2)], _taken);
    }

    private static Submission.Tick Tick(int second) => new(DateTimeOffset.UnixEpoch.AddSeconds(second));

    private static Submission.Commands Commands(int count) => new(
        [.. Enumerable.Range(0, count).Select(_ => new Heartbeat { SessionId = "a" })], null, null, null, new TaskCompletionSource<IReadOnlyList<Outcome>>());

    private void Add(params Submission[] submissions) => Assert.All(submissions, submission => Assert.True(_queue.TryAdd(submission)));
}

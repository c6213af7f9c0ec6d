using Rollcall.Core.Tests;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Tests.Sockets.Direct;

/// <summary>Until when connections that say nothing are waited for.</summary>
public sealed class DeadlinesTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly TestClock _clock = new();

    [Fact]
    public void Who_begins_within_the_same_second_shares_a_token()
    {
        var deadlines = new Deadlines(Longest, _clock);
        var first = deadlines.Next();
        _clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal(first, deadlines.Next());
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.NotEqual(first, deadlines.Next());
    }

    [Fact]
    public void Nobody_waits_for_longer_than_so_long_nor_for_a_second_less()
    {
        var deadlines = new Deadlines(Longest, _clock);
        var first = deadlines.Next();
        _clock.Advance(TimeSpan.FromSeconds(0.9));
        var last = deadlines.Next();
        _clock.Advance(TimeSpan.FromSeconds(8.9));
        Assert.False(first.IsCancellationRequested || last.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(first.IsCancellationRequested && last.IsCancellationRequested);
    }

    [Fact]
    public void Who_begins_later_goes_on_waiting_when_the_time_of_those_before_has_come()
    {
        var deadlines = new Deadlines(Longest, _clock);
        var first = deadlines.Next();
        _clock.Advance(TimeSpan.FromSeconds(5));
        var later = deadlines.Next();
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(first.IsCancellationRequested);
        Assert.False(later.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(later.IsCancellationRequested);
    }
}

namespace Rollcall.Core.Fleet;

/// <summary>
/// Rings when it is set to, and says whether it overslept: then the hub stood still meanwhile (a laptop that was
/// closed, a process that was stopped, a clock that was put forward), and could not hear. Safe from any thread.
/// </summary>
internal sealed class AlarmClock : IAsyncDisposable
{
    /// <summary>A busy machine rings late, too, but not so late.</summary>
    private static readonly TimeSpan Oversleeps = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly Action<bool> _ring;
    private readonly TimeSpan _every;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private DateTimeOffset _due = DateTimeOffset.MaxValue;
    private bool _overslept;

    /// <summary>Is not set yet.</summary>
    /// <param name="time">What it goes by.</param>
    /// <param name="ring">Called when it rings, with whether it overslept since it last did.</param>
    /// <param name="every">It rings again so long after it rang; once, where that is infinite.</param>
    public AlarmClock(TimeProvider time, Action<bool> ring, TimeSpan every)
    {
        (_time, _ring, _every) = (time, ring, every);
        _timer = time.CreateTimer(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Rings after a time, instead of when it would have.</summary>
    public void Set(TimeSpan wait)
    {
        lock (_gate)
        {
            Expect(wait);
        }

        _timer.Change(wait, _every);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Ring()
    {
        bool overslept;
        lock (_gate)
        {
            Expect(_every);
            (overslept, _overslept) = (_overslept, false);
        }

        _ring(overslept);
    }

    /// <summary>That it should have rung before is known also when it is set anew first.</summary>
    private void Expect(TimeSpan wait)
    {
        var now = _time.GetUtcNow();
        _overslept |= now - Oversleeps > _due;
        _due = wait == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : now + wait;
    }
}

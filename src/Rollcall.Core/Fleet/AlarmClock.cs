namespace Rollcall.Core.Fleet;

/// <summary>
/// Rings when it is set to, and knows whether the hub stood still (a laptop that was closed, a process that was stopped, a
/// clock that was put forward), and could not hear: while it is set it looks at the time every second, however far off what
/// it is set to is. Safe from any thread.
/// </summary>
internal sealed class AlarmClock : IAsyncDisposable
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(1);

    /// <summary>A busy machine looks late, too, but not so late.</summary>
    private static readonly TimeSpan Oversleeps = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly Action _ring;
    private readonly TimeSpan _every;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private DateTimeOffset _due = DateTimeOffset.MaxValue;
    private DateTimeOffset _looked;
    private DateTimeOffset _looksNext = DateTimeOffset.MaxValue;
    private bool _stoodStill;

    /// <summary>Is not set yet.</summary>
    /// <param name="time">What it goes by.</param>
    /// <param name="ring">Called when it rings: when it is due, and at once when the hub stood still or the clock was put back.</param>
    /// <param name="every">It rings again so long after it rang; only when the hub stood still, where that is infinite.</param>
    public AlarmClock(TimeProvider time, Action ring, TimeSpan every)
    {
        (_time, _ring, _every) = (time, ring, every);
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Rings after a time, instead of when it would have.</summary>
    public void Set(TimeSpan wait)
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            Notice(now);
            _due = After(now, wait);
            Sleep(now);
        }
    }

    /// <summary>Does not ring, nor look, until it is set again.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            Notice(_time.GetUtcNow());
            _due = _looksNext = DateTimeOffset.MaxValue;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Whether the hub stood still before a moment, if that was not said yet.</summary>
    public bool StoodStill(DateTimeOffset now)
    {
        lock (_gate)
        {
            Notice(now);
            var stoodStill = _stoodStill;
            _stoodStill = false;
            return stoodStill;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Stop();
        return _timer.DisposeAsync();
    }

    private void Look()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            if (_looksNext == DateTimeOffset.MaxValue)
            {
                // It was stopped meanwhile.
                return;
            }

            Notice(now);
            if (now < _due && now >= _looked && !_stoodStill)
            {
                Sleep(now);
                return;
            }

            _due = After(now, _every);
            Sleep(now);
        }

        _ring();
    }

    /// <summary>That it should have looked before is known also when somebody else looks first.</summary>
    private void Notice(DateTimeOffset now)
    {
        if (now - Oversleeps > _looksNext)
        {
            _stoodStill = true;
            _looksNext = now;
        }
    }

    private void Sleep(DateTimeOffset now)
    {
        var wait = _due - now < LooksEvery ? _due - now : LooksEvery;
        // A timer may be a little early.
        wait = wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait;
        (_looked, _looksNext) = (now, now + wait);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private static DateTimeOffset After(DateTimeOffset now, TimeSpan wait) =>
        wait == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : now + wait;
}

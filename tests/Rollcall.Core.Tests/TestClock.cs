namespace Rollcall.Core.Tests;

/// <summary>A clock that stands until it is advanced; its timers then fire in the order of their times, each at its own.</summary>
public sealed class TestClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Alarm> _alarms = [];
    private DateTimeOffset _now = start;
    private long _order;
    private TimeSpan _putBack;

    public TestClock()
        : this(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public DateTimeOffset Now
    {
        get
        {
            lock (_gate)
            {
                return _now;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return (_now + _putBack).Ticks;
        }
    }

    public void Advance(TimeSpan by)
    {
        var until = Now + by;
        while (Next(until) is { } alarm)
        {
            alarm.Ring();
        }

        lock (_gate)
        {
            _now = until;
        }
    }

    /// <summary>Time passes, and no timer fires: the program stands still. They fire late, with the next advance.</summary>
    public void StandStill(TimeSpan by)
    {
        lock (_gate)
        {
            _now += by;
        }
    }

    /// <summary>Somebody puts the clock back. Timers go on as if nobody had.</summary>
    public void PutBack(TimeSpan by)
    {
        lock (_gate)
        {
            _now -= by;
            _putBack += by;
            _alarms.ForEach(alarm => alarm.Due -= by);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    private Alarm? Next(DateTimeOffset until)
    {
        lock (_gate)
        {
            var next = _alarms.Where(alarm => alarm.Due <= until).OrderBy(alarm => alarm.Due).ThenBy(alarm => alarm.Order).FirstOrDefault();
            if (next is null)
            {
                return null;
            }

            _now = next.Due > _now ? next.Due : _now;
            _alarms.Remove(next);
            if (next.Period > TimeSpan.Zero)
            {
                Set(next, next.Period);
            }

            return next;
        }
    }

    private void Set(Alarm alarm, TimeSpan wait)
    {
        (alarm.Due, alarm.Order) = (_now + wait, ++_order);
        _alarms.Add(alarm);
    }

    private sealed class Alarm(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public long Order { get; set; }

        public TimeSpan Period { get; private set; }

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._alarms.Remove(this);
                Period = period;
                if (dueTime >= TimeSpan.Zero)
                {
                    clock.Set(this, dueTime);
                }

                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

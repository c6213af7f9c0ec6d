using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>
/// Tells the aggregate: the first change at once, the rest of a burst coalesced, the last state always, and a
/// heartbeat while a task runs. Starts and stops by itself and belongs to no task. Safe from any thread.
/// </summary>
public sealed class AggregateTicker : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FleetOptions _options;
    private readonly TimeSpan _workPeriodGap;
    private readonly TimeProvider _time;
    private readonly Func<bool> _heard;
    private readonly Action<Func<FleetView, HubEvent>> _tell;
    private readonly ITimer _timer;
    private WorkPeriod _period;
    private long? _toldAt;
    private long? _changeToldAt;
    private bool _changed;
    private bool _disposed;

    /// <summary>Starts with what runs now.</summary>
    /// <param name="options">How often.</param>
    /// <param name="workPeriodGap">See <see cref="HubOptions.WorkPeriodGap"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="view">The fleet now, with what was restored from disk.</param>
    /// <param name="heard">Whether anybody listens.</param>
    /// <param name="tell">Tells it, as it is by then.</param>
    public AggregateTicker(
        FleetOptions options, TimeSpan workPeriodGap, TimeProvider time, FleetView view, Func<bool> heard, Action<Func<FleetView, HubEvent>> tell)
    {
        (_options, _workPeriodGap, _time, _heard, _tell) = (options, workPeriodGap, time, heard, tell);
        _period = view.State.Period;
        _timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            Arm();
        }
    }

    /// <summary>Takes note of a batch; called on the hub's loop.</summary>
    public void Observe(IReadOnlyList<HubEvent> events, FleetView view)
    {
        lock (_gate)
        {
            var before = _period;
            _period = view.State.Period;
            if (!_disposed && (Shown(before) != Shown(_period) || events.Any(IsWorthTelling)))
            {
                _changed = true;
                TellOrArm();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer.Dispose();
        }
    }

    private static bool IsWorthTelling(HubEvent happened) =>
        happened is TaskStarted or TaskCompleted or FleetPaused or FleetResumed or SessionUpdated { IsPaused.HasValue: true };

    /// <summary>What a watcher sees of the aggregate beside the time that passes.</summary>
    private SessionUpdate Shown(WorkPeriod period) => period.At(period.StartedAt, _workPeriodGap);

    private void Fire()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                TellOrArm();
            }
        }
    }

    /// <summary>A heartbeat does not hold back the change that follows it; only a change does.</summary>
    private void TellOrArm()
    {
        var due = _changed ? Since(_changeToldAt) >= _options.Coalesce : _period.TasksRunning > 0 && Since(_toldAt) >= _options.Heartbeat;
        if (due)
        {
            _toldAt = _time.GetTimestamp();
            (_changeToldAt, _changed) = (_changed ? _toldAt : _changeToldAt, false);
            if (_heard())
            {
                _tell(view => view.State.Period.At(_time.GetUtcNow(), _workPeriodGap));
            }
        }

        Arm();
    }

    private void Arm()
    {
        var wait = _changed ? Rest(_options.Coalesce, _changeToldAt)
            : _period.TasksRunning > 0 ? Rest(_options.Heartbeat, _toldAt)
            : Timeout.InfiniteTimeSpan;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Rest(TimeSpan whole, long? since) =>
        since is null ? whole : whole - Since(since) is { Ticks: > TimeSpan.TicksPerMillisecond } rest ? rest : TimeSpan.FromMilliseconds(1);

    /// <summary>By a clock that only goes forward.</summary>
    private TimeSpan Since(long? timestamp) => timestamp is { } then ? _time.GetElapsedTime(then) : TimeSpan.MaxValue;
}

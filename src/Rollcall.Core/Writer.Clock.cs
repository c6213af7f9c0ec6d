using Rollcall.Core.Fleet;

namespace Rollcall.Core;

/// <summary>When the writer is to look again, though nobody submits anything: whose time comes, and what became of a clock that was put back.</summary>
internal sealed partial class Writer
{
    /// <summary>A log that failed is not asked again by the clock for so long.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>A clock that is kept right goes back by less, if at all.</summary>
    private static readonly TimeSpan GoesBack = TimeSpan.FromSeconds(2);

    /// <summary>Sees to it that all sessions that a batch was about are looked at in time: as they are after it, or as they were when nothing came of it.</summary>
    private void Watch(Batch batch, FleetView? before)
    {
        foreach (var session in batch.Sessions)
        {
            _liveness.Watch(before?.Live.GetValueOrDefault(session.View.Id) ?? session);
        }

        foreach (var id in batch.Signs.Keys)
        {
            if (_view.Live.TryGetValue(id, out var session))
            {
                _liveness.Watch(session);
            }
        }
    }

    /// <summary>The clock was put back: what was heard before is taken for heard now, else all would live, and a work period last, until it has caught up.</summary>
    private void GoBack(Batch batch)
    {
        _heartbeatsStoredAt = batch.Now;
        _liveness.Renew(batch.Now);
        batch.HearNow();
        foreach (var session in _view.Live.Values)
        {
            _liveness.Watch(session);
        }
    }

    /// <summary>Whether the clock was put back since the last batch, or while the hub was down.</summary>
    private bool WentBack(DateTimeOffset now) => now < _latest - GoesBack;

    private void SetClock(TimeSpan least)
    {
        var heartbeats = _unstoredHeartbeats.Count > 0 ? _heartbeatsStoredAt + _options.StoreHeartbeatsEvery : DateTimeOffset.MaxValue;
        var next = _unstoredLeaves.Count > 0 || WentBack(Now()) ? DateTimeOffset.MinValue
            : _liveness.Next is { } due && due < heartbeats ? due : heartbeats;
        if (next == DateTimeOffset.MaxValue)
        {
            _clock.Stop();
            return;
        }

        var wait = next - Now();
        _clock.Set(wait < least ? least : wait);
    }

    /// <summary>Whole milliseconds, as on the wire, so that what is read back is what was written.</summary>
    private DateTimeOffset Now()
    {
        var now = _time.GetUtcNow();
        return new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
    }
}

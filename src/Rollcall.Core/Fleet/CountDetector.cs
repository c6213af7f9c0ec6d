using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>
/// Tells that the number of live sessions changed: for our own sessions, for those of each project and for each outside source, once per
/// window, the net change. Safe from any thread.
/// </summary>
public sealed class CountDetector : IDisposable
{
    /// <summary>A net change above this within one window is worth a line in the log of the hub.</summary>
    public const int Surge = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, SourceCount> _sources = [];
    private readonly ProjectCounts _projects;
    private readonly Dictionary<string, ITimer> _windows = [];
    private readonly FleetOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<Flags> _flags;
    private readonly Action<IReadOnlyList<HubEvent>> _tell;
    private long _seen;
    private bool _disposed;

    /// <summary>Starts with the sessions there are, restored ones included: none of them is news.</summary>
    /// <param name="options">How long a window is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="view">The fleet now.</param>
    /// <param name="flags">The flags that hold now.</param>
    /// <param name="tell">Tells events, as one step.</param>
    public CountDetector(FleetOptions options, TimeProvider time, FleetView view, Func<Flags> flags, Action<IReadOnlyList<HubEvent>> tell)
    {
        (_options, _time, _flags, _tell, _seen) = (options, time, flags, tell, view.Seq);
        _sources[SourceCount.Own] = new SourceCount(SourceCount.Own).Moved(view.Live.Count, 0, 0, time.GetUtcNow());
        _projects = new ProjectCounts(view, time.GetUtcNow());
    }

    /// <summary>Called when the net change of a window was above <see cref="Surge"/>. Must be quick.</summary>
    public event Action<SessionCountChanged>? Surged;

    /// <summary>What is known of each source: our own first.</summary>
    public IReadOnlyList<SourceCount> Sources
    {
        get
        {
            lock (_gate)
            {
                return [.. _sources.Values];
            }
        }
    }

    /// <summary>The length of a window.</summary>
    public TimeSpan Window => _options.CountWindow;

    /// <summary>Takes note of a batch; called on the hub's loop.</summary>
    public void Observe(IReadOnlyList<HubEvent> events, FleetView view)
    {
        var (created, destroyed) = (0, 0);
        foreach (var happened in events)
        {
            created += happened is SessionCreated && happened.Seq > _seen ? 1 : 0;
            destroyed += happened is SessionTerminated && happened.Seq > _seen ? 1 : 0;
        }

        _seen = Math.Max(_seen, view.Seq);
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            _projects.Observe(events, view, now);
            if (created + destroyed > 0)
            {
                Change(SourceCount.Own, own => own.Moved(view.Live.Count, created, destroyed, now));
            }
        }
    }

    /// <summary>Makes an outside source known before it is counted for the first time.</summary>
    public void Add(string source) => Change(source, known => known);

    /// <summary>Takes note of an outside source's count.</summary>
    public void Counted(string source, long count) => Change(source, known => known.Counted(count, _time.GetUtcNow()));

    /// <summary>Takes note that an outside source could not be counted.</summary>
    public void Failed(string source, string error) => Change(source, known => known.Failed(error));

    /// <summary>Forgets what was told and takes the present counts for granted; no event comes of it.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            foreach (var source in _sources.Keys.ToArray())
            {
                _sources[source] = _sources[source].Reset();
            }

            _projects.Reset();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var window in _windows.Values)
            {
                window.Dispose();
            }
        }
    }

    private void Change(string source, Func<SourceCount, SourceCount> step)
    {
        lock (_gate)
        {
            var before = _sources.GetValueOrDefault(source) ?? new SourceCount(source);
            var after = step(before);
            if (after.WindowOpen && !_flags().SessionEvents)
            {
                after = Rebase(after);
            }

            _sources[source] = after;
            if (after.WindowOpen && !before.WindowOpen && !_disposed)
            {
                Timer(source).Change(_options.CountWindow, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private ITimer Timer(string source)
    {
        if (!_windows.TryGetValue(source, out var timer))
        {
            timer = _time.CreateTimer(_ => Close(source), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _windows[source] = timer;
        }

        return timer;
    }

    /// <summary>Tells within the gate, so that what is told of a source is told in order.</summary>
    private void Close(string source)
    {
        lock (_gate)
        {
            var open = _sources[source];
            if (!open.WindowOpen || _disposed)
            {
                return;
            }

            if (!_flags().SessionEvents)
            {
                _sources[source] = Rebase(open);
                return;
            }

            var now = _time.GetUtcNow();
            (_sources[source], var told) = open.Close(now);

            // Nothing changes in a project without changing among all, so that its window is the same.
            IReadOnlyList<HubEvent> all = [.. told is null ? [] : (HubEvent[])[told], .. source == SourceCount.Own ? _projects.Close(now) : []];
            if (all.Count > 0)
            {
                _tell(all);
            }

            if (told?.Delta > Surge)
            {
                Surged?.Invoke(told);
            }
        }
    }

    /// <summary>Takes the present count of a source for granted; for the hub's own, those of the projects, too.</summary>
    private SourceCount Rebase(SourceCount source)
    {
        if (source.Source == SourceCount.Own)
        {
            _projects.Rebase();
        }

        return source.Rebase();
    }
}

using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>How many live sessions each project has, and what has been told of it. For one thread at a time.</summary>
internal sealed class ProjectCounts
{
    /// <summary>So many projects without a live session are remembered: of others the next change is told as their first.</summary>
    private const int MostEmpty = 4096;

    private readonly Dictionary<string, SourceCount> _projects = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly Queue<string> _emptied = new();
    private readonly HashSet<string> _queued = new(StringComparer.Ordinal);
    private FleetView _view;

    /// <summary>Starts with the sessions there are.</summary>
    public ProjectCounts(FleetView view, DateTimeOffset now)
    {
        _view = view;
        foreach (var (project, live) in view.Live.Values.Where(session => session.View.Project is not null).CountBy(session => session.View.Project!))
        {
            _projects[project] = new SourceCount(SourceCount.Own).Moved(live, 0, 0, now);
        }
    }

    private static SourceCount Empty => new(SourceCount.Own) { Current = 0, Baseline = 0 };

    /// <summary>Takes note of a batch.</summary>
    /// <param name="events">What happened; what the view that was given last had already does not count.</param>
    /// <param name="view">The view after it.</param>
    /// <param name="now">When.</param>
    public void Observe(IReadOnlyList<HubEvent> events, FleetView view, DateTimeOffset now)
    {
        Dictionary<string, string?>? begun = null;
        foreach (var happened in events)
        {
            if (happened.Seq <= _view.Seq)
            {
                continue;
            }

            if (happened is SessionCreated created)
            {
                (begun ??= [])[created.SessionId] = created.Session.Project;
                Move(created.Session.Project, 1, 0, now);
            }
            else if (happened is SessionTerminated ended)
            {
                var project = begun?.TryGetValue(ended.SessionId, out var its) == true ? its : _view.Live.GetValueOrDefault(ended.SessionId)?.View.Project;
                Move(project, 0, 1, now);
            }
        }

        _view = view;
    }

    /// <summary>Ends the window: the net changes, which are now to be told.</summary>
    public IReadOnlyList<SessionCountChanged> Close(DateTimeOffset now)
    {
        var changes = new List<SessionCountChanged>();
        foreach (var project in _changed)
        {
            (_projects[project], var told) = _projects[project].Close(now);
            if (told is not null)
            {
                changes.Add(told with { Project = project });
            }
        }

        Forget();
        return changes;
    }

    /// <summary>Takes the present counts for granted.</summary>
    public void Rebase()
    {
        foreach (var project in _changed)
        {
            _projects[project] = _projects[project].Rebase();
        }

        Forget();
    }

    /// <summary>Forgets what was told, too.</summary>
    public void Reset()
    {
        foreach (var project in _projects.Keys)
        {
            _projects[project] = _projects[project].Reset();
        }

        Forget();
    }

    private void Move(string? project, int created, int destroyed, DateTimeOffset now)
    {
        if (project is not null)
        {
            var before = _projects.GetValueOrDefault(project) ?? Empty;
            _projects[project] = before.Moved(before.Current!.Value + created - destroyed, created, destroyed, now);
            _changed.Add(project);
        }
    }

    /// <summary>Whose window is over; and those that have been without a session for the longest.</summary>
    private void Forget()
    {
        foreach (var project in _changed.Where(project => _projects[project].Current == 0 && _queued.Add(project)))
        {
            _emptied.Enqueue(project);
        }

        _changed.Clear();
        while (_emptied.Count > MostEmpty)
        {
            var project = _emptied.Dequeue();
            _queued.Remove(project);
            if (_projects.TryGetValue(project, out var known) && known.Current == 0)
            {
                _projects.Remove(project);
            }
        }
    }
}

using System.Collections.Immutable;
using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>One session as the hub knows it: what watchers see, and what only decisions need. Immutable.</summary>
public sealed record Session(SessionView View)
{
    /// <summary>How many completed tasks are remembered, so that a late or repeated start is not counted again.</summary>
    public const int RememberedTasks = 128;

    /// <summary>How many tasks may run at once: far more than an agent has, few enough to be stored with each event.</summary>
    public const int MostTasks = 1000;

    /// <summary>The tasks that run, by id.</summary>
    public ImmutableDictionary<string, RunningTask> Tasks { get; init; } = ImmutableDictionary<string, RunningTask>.Empty;

    /// <summary>The ids of tasks that ended, the latest last; at most <see cref="RememberedTasks"/>.</summary>
    public ImmutableList<string> EndedTasks { get; init; } = [];

    /// <summary>How many pieces of output there were.</summary>
    public long OutputCount { get; init; }

    /// <summary>Whether its life ended in a crash.</summary>
    public bool Crashed { get; init; }
}

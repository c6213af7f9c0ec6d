using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>
/// The aggregate of the fleet: what was used in the present work period, and what runs now. Immutable; folded from
/// events, and stored with each batch so that a restart need not read the log.
/// </summary>
public sealed record WorkPeriod
{
    /// <summary>More than a fleet uses; twice it is exact in a client's double. There the sums stay.</summary>
    private const long MostTokens = 1L << 52;

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Since when no task runs; while one runs, when the last such time began.</summary>
    public DateTimeOffset IdleSince { get; init; }

    /// <summary>Input tokens reported within it.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens reported within it.</summary>
    public long OutputTokens { get; init; }

    /// <summary>US dollars reported within it.</summary>
    public decimal CostUsd { get; init; }

    /// <summary>Tasks that run now.</summary>
    public int TasksRunning { get; init; }

    /// <summary>Tasks that were done within it.</summary>
    public long TasksCompleted { get; init; }

    /// <summary>Live sessions that have a task.</summary>
    public int SessionsAtWork { get; init; }

    /// <summary>Those of them that are paused.</summary>
    public int PausedAtWork { get; init; }

    /// <summary>Whether the fleet was paused as a whole.</summary>
    public bool FleetPaused { get; init; }

    /// <summary>The first period of a new data directory.</summary>
    public static WorkPeriod Begin(DateTimeOffset createdAt) => new() { StartedAt = createdAt, IdleSince = createdAt };

    /// <summary>The period after an event of a session.</summary>
    /// <param name="before">The session before it; null when there was none.</param>
    /// <param name="after">The session after it.</param>
    /// <param name="happened">The event.</param>
    /// <param name="gap">After so long without a task the next one begins a new period.</param>
    public WorkPeriod Apply(Session? before, Session after, SessionEvent happened, TimeSpan gap)
    {
        var period = happened is TaskStarted && TasksRunning == 0 && happened.Time - IdleSince >= gap
            ? Begin(happened.Time) with { FleetPaused = FleetPaused, SessionsAtWork = SessionsAtWork, PausedAtWork = PausedAtWork }
            : this;
        var (was, now) = (Load.Of(before), Load.Of(after));
        var usedBefore = before?.View.Usage ?? Usage.None;
        var used = after.View.Usage;
        if (was == now && ReferenceEquals(used, usedBefore))
        {
            return period;
        }

        var running = period.TasksRunning + now.Tasks - was.Tasks;
        return period with
        {
            InputTokens = Math.Min(MostTokens, period.InputTokens + used.InputTokens - usedBefore.InputTokens),
            OutputTokens = Math.Min(MostTokens, period.OutputTokens + used.OutputTokens - usedBefore.OutputTokens),
            CostUsd = period.CostUsd + (used.CostUsd ?? 0) - (usedBefore.CostUsd ?? 0),
            TasksRunning = running,
            TasksCompleted = period.TasksCompleted + (happened is TaskCompleted { Outcome: TaskOutcome.Completed } ? 1 : 0),
            SessionsAtWork = period.SessionsAtWork + now.AtWork - was.AtWork,
            PausedAtWork = period.PausedAtWork + now.Paused - was.Paused,
            IdleSince = running == 0 && period.TasksRunning > 0 ? happened.Time : period.IdleSince,
        };
    }

    /// <summary>The period when the clock was put back: what was in what is the future by now was now.</summary>
    public WorkPeriod GoBack(DateTimeOffset now) => StartedAt <= now && IdleSince <= now ? this : this with
    {
        StartedAt = StartedAt > now ? now : StartedAt,
        IdleSince = IdleSince > now ? now : IdleSince,
    };

    /// <summary>The aggregate as watchers see it; snapshot and update come from here.</summary>
    public SessionUpdate At(DateTimeOffset now, TimeSpan gap)
    {
        var end = TasksRunning > 0 || now < IdleSince + gap ? now : IdleSince + gap;
        return new SessionUpdate
        {
            Time = now,
            DurationSeconds = Math.Max(0, (long)(end - StartedAt).TotalSeconds),
            InputTokens = InputTokens,
            OutputTokens = OutputTokens,
            EstimatedCostUsd = CostUsd,
            TasksRunning = TasksRunning,
            IsPaused = FleetPaused || (SessionsAtWork > 0 && PausedAtWork == SessionsAtWork),
        };
    }

    private readonly record struct Load(int Tasks, int AtWork, int Paused)
    {
        public static Load Of(Session? session) =>
            session is null || !session.View.IsLive || session.Tasks.IsEmpty ? default
            : new Load(session.Tasks.Count, 1, session.View.IsPaused ? 1 : 0);
    }
}

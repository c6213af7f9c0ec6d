using Rollcall.Protocol;

namespace Rollcall.Core.Sessions;

/// <summary>
/// How a command's events are made, one after the other: each knows its place in the log from the start, and is applied at
/// once, so that the next is decided on what it left. Made for one decision.
/// </summary>
/// <param name="before">The session before it; null when there never was one of its id.</param>
/// <param name="now">The time of the decision, UTC.</param>
/// <param name="head">The last event of the log before it.</param>
internal sealed class Course(Session? before, DateTimeOffset now, long head)
{
    /// <summary>Most commands lead to no more events.</summary>
    private const int Usual = 2;

    private List<Step>? _steps;

    /// <summary>The session after the events so far.</summary>
    public Session? Session { get; private set; } = before;

    public DateTimeOffset Now => now;

    /// <summary>The number of the next event.</summary>
    public long Seq => head + 1 + (_steps?.Count ?? 0);

    /// <summary>The session's version with the next event.</summary>
    public long Version => (Session?.View.Version ?? 0) + 1;

    /// <summary>What the events lead to.</summary>
    public Decision Decision => _steps is null ? Decision.Unchanged : new Decision.Accepted(_steps);

    /// <summary>Takes the next event, which was made for its place.</summary>
    public Course Tell(SessionEvent happened)
    {
        Session = SessionFold.Apply(Session, happened);
        (_steps ??= new(Usual)).Add(new Step(happened, Session));
        return this;
    }

    /// <summary>Tells what differs between two views, if anything does.</summary>
    public Course TellDifference(SessionView from, SessionView to)
    {
        var updated = SessionUpdated.Between(from, to, now, Seq, Version);
        return updated.IsEmpty ? this : Tell(updated);
    }
}

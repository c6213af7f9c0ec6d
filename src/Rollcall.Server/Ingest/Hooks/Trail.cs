using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>What the hooks of one live session said so far, and the status that follows from it. Not synchronised.</summary>
internal sealed class Trail
{
    /// <summary>How many ids of each kind are remembered: more than an agent has on the way at any time.</summary>
    public const int RememberedIds = 256;

    /// <summary>Hooks of one moment arrive within this time of each other: the 3 s they are given to be sent, and some more.</summary>
    public static readonly TimeSpan Reordering = TimeSpan.FromSeconds(5);

    public Turns Turns { get; private init; } = new();

    public Tools Tools { get; private init; } = new();

    public Waits Waits { get; private init; } = new();

    public SubAgents SubAgents { get; private init; } = new();

    /// <summary>Whether the session ended; what is heard of it afterwards is late.</summary>
    public bool Ended { get; init; }

    /// <summary>Whether it begins with the resumption of a session, and follows on nothing. A copy does not.</summary>
    public bool Resumes { get; init; }

    /// <summary>Whose session it was when it began or this hub started; null where it is of no project, or that is not known yet.</summary>
    public string? Project { get; set; }

    /// <summary>The session's last event when the hub had taken what was heard; 0 where it knows of no such session.</summary>
    public long AsOf { get; set; }

    /// <summary>What the agent last said of itself.</summary>
    public string? Model { get; set; }

    /// <summary>The status that follows from everything heard.</summary>
    public ChangeStatus Status(string sessionId) => this switch
    {
        { Waits.First: { } wait } => new ChangeStatus
        {
            SessionId = sessionId,
            Status = SessionStatus.Waiting,
            WaitingFor = wait.For,
            WaitingText = wait.Text,
        },
        { Turns.Error: { } error } => new ChangeStatus { SessionId = sessionId, Status = SessionStatus.Error, ErrorMessage = error },
        _ => new ChangeStatus { SessionId = sessionId, Status = Turns.Resting ? SessionStatus.Idle : SessionStatus.Active },
    };

    /// <summary>
    /// Whether work that a hook reports is news. A sub-agent may outlive the turn that started it, so only its own end
    /// makes its reports late.
    /// </summary>
    public bool GoesOn(HookReport report) => report.Actor.Length > 0
        ? !SubAgents.IsStopped(report.Actor)
        : Turns.GoOn(report.Prompt, Tools.Began(report.Tool), report.Now);

    /// <summary>The same trail once more, to be followed on while this one stays as it is.</summary>
    public Trail Copy() => new()
    {
        Turns = Turns.Copy(),
        Tools = Tools.Copy(),
        Waits = Waits.Copy(),
        SubAgents = SubAgents.Copy(),
        Ended = Ended,
        Project = Project,
        Model = Model,
    };

    /// <summary>The trail of a session that lived before this hub started.</summary>
    public static Trail Of(Session session)
    {
        var view = session.View;
        var trail = new Trail { Model = view.Model, Project = view.Project, AsOf = view.Seq };
        if (view.Status is SessionStatus.Idle or SessionStatus.Error)
        {
            trail.Turns.Rest(view.Status == SessionStatus.Error ? view.ErrorMessage : null);
        }

        if (view is { Status: SessionStatus.Waiting, WaitingFor: { } what })
        {
            trail.Waits.Add(new Wait(what, view.WaitingText, null, null, view.WaitingSince ?? view.UpdatedAt, Restored: true));
        }

        foreach (var id in session.Tasks.Keys)
        {
            trail.SubAgents.Start(id);
        }

        return trail;
    }
}

using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>
/// Turns a coding agent's hooks into commands. Pure: the memory learns of a hook when the hub has taken it. Any thread may call it.
/// </summary>
public static class HookMapping
{
    /// <summary>The hooks that mean something; any other only says that the session lives.</summary>
    public static IEnumerable<string> KnownHooks => HookTable.Names;

    /// <summary>Maps one hook.</summary>
    /// <param name="agent">The agent, as the reporter names it; every agent with this layout is mapped alike.</param>
    /// <param name="payload">What the hook gives to its command or posts.</param>
    /// <param name="memory">What was heard before.</param>
    /// <param name="now">The time of arrival, as hooks carry none.</param>
    /// <param name="host">The machine it comes from, when known.</param>
    /// <param name="sender">Who sends it: of what the hub has not answered yet, it follows on what the same one sent.</param>
    public static HookResult Map(string agent, JsonElement payload, HookMemory memory, DateTimeOffset now, string? host = null, string sender = "")
    {
        var name = agent == "claude" ? "claude-code" : agent;
        if (HookReport.Read(HookText.Cut(name, Wire.MaxNameLength)!, payload, HookText.Cut(host, Wire.MaxNameLength), now, out var report) is { } refused)
        {
            return refused;
        }

        var trail = memory.Of(report.SessionId, sender);
        var resumes = HookTable.Resumes(trail, report);
        if (trail.Ended && !resumes)
        {
            return HookResult.OfLate(report.SessionId, trail.Project);
        }

        if (report.Event == "SessionEnd")
        {
            var end = new TerminateSession { SessionId = report.SessionId, Reason = TerminationReason.Completed };
            return new HookResult([end]) { Trail = new Trail { Ended = true, Project = trail.Project } };
        }

        // What an agent left running when it went down without a word does not run any more.
        List<Command> told = resumes ? [.. trail.SubAgents.StopAll(report.SessionId)] : [];
        trail = resumes ? new Trail { Resumes = true } : trail;
        return new HookResult(Commands(trail, report, told)) { Trail = trail };
    }

    private static List<Command> Commands(Trail trail, HookReport report, List<Command> told)
    {
        var tellsStatus = HookTable.Apply(trail, report, told);
        var status = tellsStatus ? trail.Status(report.SessionId) : null;
        List<Command> commands = [Create(report, status?.Status)];
        if (Renewed(trail, report) is { } update)
        {
            commands.Add(update);
        }

        commands.AddRange(told);
        commands.Add(status ?? (Command)new Heartbeat { SessionId = report.SessionId });
        return commands;
    }

    /// <summary>Begins the session where the hub has not heard of it; while it lives nothing comes of this.</summary>
    private static CreateSession Create(HookReport report, SessionStatus? status) => new()
    {
        SessionId = report.SessionId,
        Name = HookText.Cut(report.Text("session_title"), Wire.MaxNameLength),
        Agent = report.Agent,
        Host = report.Host,
        Cwd = HookText.Cut(report.Text("cwd")),
        Model = HookText.Cut(report.Text("model")),
        Status = status is SessionStatus.Active or SessionStatus.Waiting ? SessionStatus.Active : SessionStatus.Idle,
        Revive = report.Event == "SessionStart" && report.Text("source") == "resume",
    };

    /// <summary>What a start, or a change of model on the way, says anew of a session that lives; null when nothing.</summary>
    private static UpdateSession? Renewed(Trail trail, HookReport report)
    {
        var starts = report.Event == "SessionStart";
        var model = report.Actor.Length == 0 ? HookText.Cut(report.Text("model")) : null;
        var changed = model is not null && model != trail.Model;
        trail.Model = model ?? trail.Model;
        return !starts && !changed ? null : new UpdateSession
        {
            SessionId = report.SessionId,
            Model = Given(model),
            Name = Given(starts ? HookText.Cut(report.Text("session_title"), Wire.MaxNameLength) : null),
            Cwd = Given(starts ? HookText.Cut(report.Text("cwd")) : null),
            Host = Given(starts ? report.Host : null),
        };
    }

    private static Optional<string?> Given(string? value) => value is null ? default : new Optional<string?>(value);
}

using System.Collections.Frozen;
using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>
/// What each hook means: the table of <c>docs/connect-an-agent.md</c>. An entry notes the report in the trail, may
/// add commands of its own, and says whether the status is to be told. Called under the memory's gate.
/// </summary>
internal static class HookTable
{
    private delegate bool Meaning(Trail trail, HookReport report, List<Command> commands);

    private static readonly FrozenDictionary<string, Meaning> Meanings = new Dictionary<string, Meaning>
    {
        ["SessionStart"] = (trail, report, _) => Start(trail, report),
        ["UserPromptSubmit"] = (trail, report, _) => Submit(trail, report),
        ["PreToolUse"] = (trail, report, _) => HookWork.Begin(trail, report),
        ["PermissionRequest"] = (trail, report, _) => HookWork.Ask(trail, report),
        ["PermissionDenied"] = (trail, report, _) => HookWork.Finish(trail, report),
        ["PostToolUse"] = (trail, report, _) => HookWork.Finish(trail, report),
        ["PostToolUseFailure"] = (trail, report, _) => HookWork.Finish(trail, report),
        ["PostToolBatch"] = (trail, report, _) => HookWork.FinishAll(trail, report),
        ["Elicitation"] = (trail, report, _) => HookWork.Elicit(trail, report),
        ["ElicitationResult"] = (trail, report, _) => HookWork.Elicited(trail, report),
        ["Notification"] = (trail, report, _) => HookNotices.Note(trail, report),
        ["SubagentStart"] = StartSubAgent,
        ["SubagentStop"] = StopSubAgent,
        ["Stop"] = (trail, report, commands) => Stop(trail, report, null, commands),
        ["StopFailure"] = (trail, report, commands) => Stop(trail, report, HookText.Failure(report), commands),
        ["Interrupt"] = (trail, report, commands) => Stop(trail, report, null, commands),
        ["agent-turn-complete"] = (trail, report, commands) => Stop(trail, report, null, commands),

        // Gemini CLI's words
        ["BeforeAgent"] = (trail, report, _) => Submit(trail, report),
        ["BeforeTool"] = (trail, report, _) => HookWork.Begin(trail, report),
        ["AfterTool"] = (trail, report, _) => HookWork.Finish(trail, report),
        ["AfterAgent"] = (trail, report, commands) => Stop(trail, report, null, commands),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The hooks that mean something here; SessionEnd, which ends the trail itself, among them.</summary>
    public static IEnumerable<string> Names => Meanings.Keys.Append("SessionEnd");

    /// <summary>Notes a report; whether the status that follows is to be told.</summary>
    public static bool Apply(Trail trail, HookReport report, List<Command> commands) =>
        Meanings.TryGetValue(report.Event, out var meaning) && meaning(trail, report, commands);

    /// <summary>Whether a report begins a session's next life, rather than being late news of the last one.</summary>
    public static bool Resumes(Trail trail, HookReport report) =>
        report is { Event: "SessionStart" } && report.Text("source") == "resume"
        && (trail.Ended || !trail.Turns.JustSubmitted(report.Now));

    private static bool Start(Trail trail, HookReport report)
    {
        // A compaction goes on with what it interrupts; and a prompt that was heard already is later than any start.
        if (report.Text("source") == "compact" || trail.Turns.Any)
        {
            return false;
        }

        trail.Turns.Rest();
        return true;
    }

    private static bool Submit(Trail trail, HookReport report)
    {
        var begins = trail.Turns.Submit(report.Prompt, report.Now);
        if (begins == true)
        {
            trail.Waits.Clear();
        }

        return begins is not null;
    }

    private static bool Stop(Trail trail, HookReport report, string? error, List<Command> commands)
    {
        if (!trail.Turns.Stop(report.Prompt, error, report.Now))
        {
            return false;
        }

        trail.Waits.EndOf("");
        if (report.Element("background_tasks") is { ValueKind: JsonValueKind.Array } tasks)
        {
            foreach (var told in trail.SubAgents.Reconcile(report.SessionId, tasks))
            {
                commands.Add(told);
                if (told is CompleteTask { TaskId: { } ended })
                {
                    trail.Waits.EndOf(ended);
                }
            }
        }

        return true;
    }

    private static bool StartSubAgent(Trail trail, HookReport report, List<Command> commands)
    {
        if (report.Actor.Length > 0 && trail.SubAgents.Start(report.Actor))
        {
            var name = HookText.Cut(report.Text("agent_type"), Wire.MaxNameLength);
            commands.Add(new StartTask { SessionId = report.SessionId, TaskId = report.Actor, Name = name });
        }

        return false;
    }

    private static bool StopSubAgent(Trail trail, HookReport report, List<Command> commands)
    {
        if (report.Actor.Length == 0)
        {
            return false;
        }

        trail.SubAgents.Stop(report.Actor);
        commands.Add(new CompleteTask { SessionId = report.SessionId, TaskId = report.Actor });
        return trail.Waits.EndOf(report.Actor);
    }
}

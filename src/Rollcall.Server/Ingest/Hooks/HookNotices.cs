using Rollcall.Protocol;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>
/// What a Notification means, which repeats some seconds later what other hooks said at once, for those who have only
/// this one. Called under the memory's gate.
/// <code>
/// {"hook_event_name":"Notification","notification_type":"permission_prompt","message":"Claude needs your permission to use Bash"}
/// {"hook_event_name":"Notification","notification_type":"ToolPermission","message":"Tool Shell requires execution","details":{"type":"exec","command":"npm test"}}
/// </code>
/// </summary>
internal static class HookNotices
{
    public static bool Note(Trail trail, HookReport report) => report.Text("notification_type") switch
    {
        "permission_prompt" => trail.Waits.First is not null || Wait(trail, report, WaitingFor.Permission),
        "ToolPermission" => AskNext(trail, report),
        "agent_needs_input" => trail.Waits.Any(WaitingFor.Input) || Wait(trail, report, WaitingFor.Input),
        "elicitation_dialog" or "elicitation_url_dialog" =>
            trail.Waits.Any(WaitingFor.Elicitation) || Wait(trail, report, WaitingFor.Elicitation),
        "elicitation_complete" or "elicitation_response" => trail.Waits.End(WaitingFor.Elicitation),
        "auth_success" => trail.Waits.End(WaitingFor.Auth),
        "idle_prompt" => Idle(trail, report),
        _ => false,
    };

    private static bool Wait(Trail trail, HookReport report, WaitingFor what)
    {
        if (trail.Turns.IsLate(report.Prompt, report.Now))
        {
            return false;
        }

        trail.Waits.Add(new Wait(what, HookText.Asked(report, what), null, null, report.Now));
        return true;
    }

    // Gemini CLI has no other hook that says so, and asks one thing at a time: what it asked before is answered.
    private static bool AskNext(Trail trail, HookReport report)
    {
        var waited = trail.Waits.End(WaitingFor.Permission);
        return Wait(trail, report, WaitingFor.Permission) || waited;
    }

    // The agent stands at its prompt: whatever it asked is answered or was waved away, even where no other hook says so.
    private static bool Idle(Trail trail, HookReport report)
    {
        if (trail.Turns.JustSubmitted(report.Now) || !trail.Turns.Stop(report.Prompt, null, report.Now))
        {
            return false;
        }

        trail.Waits.Clear();
        return true;
    }
}

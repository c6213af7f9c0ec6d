using Rollcall.Protocol;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>What hooks around the use of a tool mean; each says whether the status is to be told. Called under the memory's gate.</summary>
internal static class HookWork
{
    public static bool Begin(Trail trail, HookReport report)
    {
        if (trail.Tools.IsDone(report.Tool) || !trail.GoesOn(report))
        {
            return false;
        }

        trail.Tools.Begin(report.Tool, asked: trail.Waits.Begin(report.Tool, report.Now));
        if (Asks(report.Tool) is var what and not WaitingFor.Permission)
        {
            Wait(trail, report, what, report.Tool);
        }

        return true;
    }

    public static bool Ask(Trail trail, HookReport report)
    {
        if (trail.Tools.Overtook(report.Tool, report.Now) || !trail.GoesOn(report))
        {
            return false;
        }

        trail.Waits.Recognise(report);
        var id = report.Tool.Id ?? trail.Tools.Running(report.Tool);
        trail.Tools.Ask(id);
        Wait(trail, report, Asks(report.Tool), report.Tool with { Id = id });
        return true;
    }

    public static bool Finish(Trail trail, HookReport report)
    {
        trail.Waits.Recognise(report);
        var began = trail.Tools.Began(report.Tool);
        var goesOn = trail.GoesOn(report);
        var waited = goesOn ? trail.Waits.Finish(report.Tool, began) : trail.Waits.Finish(report.Tool, began: true);
        trail.Tools.Finish(report.Tool, waited, report.Now);
        return goesOn || waited;
    }

    public static bool FinishAll(Trail trail, HookReport report)
    {
        if (!trail.GoesOn(report))
        {
            return false;
        }

        trail.Waits.EndOf(report.Actor);
        return true;
    }

    public static bool Elicit(Trail trail, HookReport report)
    {
        if (trail.Tools.Overtook(report.Tool, report.Now) || !trail.GoesOn(report))
        {
            return false;
        }

        trail.Tools.Begin(report.Tool, asked: true);
        Wait(trail, report, WaitingFor.Elicitation, report.Tool);
        return true;
    }

    public static bool Elicited(Trail trail, HookReport report)
    {
        var told = Finish(trail, report);
        return trail.Waits.End(WaitingFor.Elicitation) || told;
    }

    private static WaitingFor Asks(ToolCall call) => call.Name switch
    {
        "AskUserQuestion" => WaitingFor.Question,
        "ExitPlanMode" => WaitingFor.Plan,
        _ => WaitingFor.Permission,
    };

    private static void Wait(Trail trail, HookReport report, WaitingFor what, ToolCall call) =>
        trail.Waits.Add(new Wait(what, HookText.Asked(report, what), report.Actor, call, report.Now));
}

using System.Text.Json.Nodes;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Server.Tests.Ingest;

/// <summary>Hooks that arrive in another order than they happened in.</summary>
public sealed class HookOrderTests
{
    private static readonly JsonObject Input = new() { ["command"] = "npm test" };

    public static TheoryData<string> Tools => ["Bash", "AskUserQuestion", "ExitPlanMode"];

    [Theory]
    [MemberData(nameof(Tools))]
    public void The_causally_last_hook_decides_however_those_before_it_were_shuffled(string tool)
    {
        var turn = Turn(tool);
        for (var length = 2; length <= turn.Length; length++)
        {
            var expected = Told([.. turn.Take(length)]);
            foreach (var shuffled in Orders(turn.Take(length - 1)))
            {
                Assert.Equal(expected, Told([.. shuffled, turn[length - 1]]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void A_finished_turn_is_idle_in_whatever_order_its_hooks_arrived(string tool) =>
        Assert.All(Orders(Turn(tool).Skip(1)), order => Assert.Equal(SessionStatus.Idle, Told([.. order])));

    [Theory]
    [MemberData(nameof(Tools))]
    public void A_finished_tool_leaves_its_agent_at_work_in_whatever_order_its_hooks_arrived(string tool) =>
        Assert.All(Orders(Turn(tool).Skip(1).SkipLast(1)), order => Assert.Equal(SessionStatus.Active, Told([.. order])));

    [Fact]
    public void Late_hooks_of_the_last_turn_do_not_disturb_the_next_one()
    {
        var turn = Turn("Bash");
        for (var late = 1; late <= turn.Length - 2; late++)
        {
            var scene = Play([.. turn.SkipLast(late)]);
            scene.Hear("UserPromptSubmit", ("prompt_id", "p2"));
            foreach (var hook in turn.TakeLast(late))
            {
                scene.HearText(hook);
                Assert.Equal(SessionStatus.Active, scene.Status);
            }
        }
    }

    [Fact]
    public void A_late_stop_does_not_end_the_next_turn_whose_tool_overtook_its_prompt()
    {
        var scene = Play([HookScene.Payload("UserPromptSubmit")]);
        scene.Hear("PreToolUse", ("prompt_id", "p2"), ("tool_name", "AskUserQuestion"), ("tool_use_id", "q1"));
        scene.Hear("UserPromptSubmit", ("prompt_id", "p2"));
        scene.Hear("Stop");
        Assert.Equal((SessionStatus.Waiting, WaitingFor.Question), (scene.Status, scene.View.WaitingFor));
    }

    [Fact]
    public void A_stop_ends_its_turn_also_when_an_older_one_showed_work_meanwhile()
    {
        var scene = Play([HookScene.Payload("UserPromptSubmit")]);
        scene.Hear("UserPromptSubmit", ("prompt_id", "p2"));
        scene.After(10).Hear("PreToolUse", ("tool_name", "Bash"), ("tool_use_id", "t1"));
        scene.Hear("Stop", ("prompt_id", "p2"));
        Assert.Equal(SessionStatus.Idle, scene.Status);
    }

    [Fact]
    public void A_request_that_overtook_its_tool_waits_in_whatever_order_a_tool_beside_it_begins()
    {
        foreach (var order in Orders(
        [
            HookScene.Payload("PermissionRequest", ("tool_name", "Bash"), ("tool_input", Input.DeepClone())),
            HookScene.Payload("PreToolUse", ("tool_name", "Bash"), ("tool_input", Input.DeepClone()), ("tool_use_id", "t1")),
            HookScene.Payload("PreToolUse", ("tool_name", "Bash"), ("tool_input", new JsonObject { ["command"] = "make" }), ("tool_use_id", "t2")),
        ]))
        {
            Assert.Equal(SessionStatus.Waiting, Told([HookScene.Payload("UserPromptSubmit"), .. order]));
        }
    }

    [Fact]
    public void A_prompt_after_a_stop_is_work_again_and_work_long_after_a_stop_goes_on()
    {
        var scene = Play(Turn("Bash"));
        scene.After(1).Hear("PostToolUse", ("tool_name", "Bash"), ("tool_use_id", "t9"));
        Assert.Equal(SessionStatus.Idle, scene.Status);

        scene.Hear("UserPromptSubmit", ("prompt_id", "p2"));
        Assert.Equal(SessionStatus.Active, scene.Status);

        scene.Hear("Stop", ("prompt_id", "p2"));
        scene.After(10).Hear("PreToolUse", ("tool_name", "Bash"), ("tool_use_id", "t10"), ("prompt_id", "p2"));
        Assert.Equal(SessionStatus.Active, scene.Status);
    }

    [Fact]
    public void A_tool_of_a_finished_turn_stays_late_for_ever()
    {
        var scene = Play(Turn("Bash"));
        scene.After(3600).Hear("PostToolUse", ("tool_name", "Bash"), ("tool_use_id", "t1"));
        Assert.Equal(SessionStatus.Idle, scene.Status);
    }

    [Fact]
    public void A_sub_agent_that_stopped_before_it_started_leaves_no_task_running()
    {
        var scene = Play([HookScene.Payload("UserPromptSubmit")]);
        scene.Hear("SubagentStop", ("agent_id", "a1"));
        scene.Hear("SubagentStart", ("agent_id", "a1"));
        Assert.Equal(0, scene.View.TasksRunning);
    }

    [Fact]
    public void The_same_command_asked_twice_waits_twice_also_where_only_some_hooks_are_set_up()
    {
        foreach (var withPre in (bool[])[true, false])
        {
            var scene = Play([HookScene.Payload("UserPromptSubmit")]);
            foreach (var id in (string[])["t1", "t2"])
            {
                if (withPre)
                {
                    scene.Hear("PreToolUse", ("tool_name", "Bash"), ("tool_input", Input.DeepClone()), ("tool_use_id", id));
                }

                scene.Hear("PermissionRequest", ("tool_name", "Bash"), ("tool_input", Input.DeepClone()));
                Assert.Equal(SessionStatus.Waiting, scene.Status);
                scene.Hear("PostToolUse", ("tool_name", "Bash"), ("tool_input", Input.DeepClone()), ("tool_use_id", id));
                Assert.Equal(SessionStatus.Active, scene.Status);
            }
        }
    }

    [Fact]
    public void A_session_that_ended_before_its_start_was_heard_leaves_no_ghost()
    {
        var scene = new HookScene();
        scene.Hear("SessionEnd", ("reason", "other"));
        scene.Hear("SessionStart", ("source", "startup"));
        scene.Hear("UserPromptSubmit");
        Assert.Null(scene.Session);
    }

    private static string[] Turn(string tool) =>
    [
        HookScene.Payload("SessionStart", ("source", "startup"), ("prompt_id", null)),
        HookScene.Payload("UserPromptSubmit", ("prompt", "run the tests")),
        HookScene.Payload("PreToolUse", ("tool_name", tool), ("tool_input", Input.DeepClone()), ("tool_use_id", "t1")),
        HookScene.Payload("PermissionRequest", ("tool_name", tool), ("tool_input", Input.DeepClone())),
        HookScene.Payload("PostToolUse", ("tool_name", tool), ("tool_input", Input.DeepClone()), ("tool_use_id", "t1")),
        HookScene.Payload("Stop", ("stop_hook_active", JsonValue.Create(false))),
    ];

    private static SessionStatus Told(string[] hooks) => Play(hooks).Status;

    private static HookScene Play(string[] hooks)
    {
        var scene = new HookScene();
        foreach (var hook in hooks)
        {
            scene.HearText(hook);
        }

        Assert.Empty(scene.Refusals);
        return scene;
    }

    private static IEnumerable<List<T>> Orders<T>(IEnumerable<T> items)
    {
        var list = items.ToList();
        return list.Count == 0
            ? [[]]
            : list.SelectMany((first, at) => Orders(list.Where((_, index) => index != at)).Select(rest => (List<T>)[first, .. rest]));
    }
}

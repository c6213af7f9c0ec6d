using System.Text.Json.Nodes;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Rollcall.Server.Ingest.Hooks;
using Xunit;

namespace Rollcall.Server.Tests.Ingest;

/// <summary>Claude Code's hooks as they look on the wire, and what a watcher sees of them.</summary>
public sealed class HookMappingTests
{
    [Fact]
    public void A_start_tells_where_the_session_runs_and_who_it_is()
    {
        var scene = new HookScene("claude");
        scene.HearText("""
            {"session_id":"0b7c3d52-6d0e-4d52-9f0a-2f6c1f0f9a11","transcript_path":"/home/ada/.claude/projects/-src-shop/0b7c3d52.jsonl",
             "cwd":"/src/shop","hook_event_name":"SessionStart","source":"startup","model":"claude-sonnet-5","session_title":"checkout page"}
            """, host: "laptop");

        Assert.Equal(
            ("claude-code", "checkout page", "/src/shop", "shop", "claude-sonnet-5", "laptop", SessionStatus.Idle),
            (scene.View.Agent, scene.View.Name, scene.View.Cwd, scene.View.Project, scene.View.Model, scene.View.Host, scene.Status));
        Assert.Equal(2, scene.Events.Count);
    }

    [Fact]
    public void A_permission_says_which_tool_wants_to_do_what()
    {
        var scene = AtWork();
        scene.HearText("""
            {"session_id":"0b7c3d52-6d0e-4d52-9f0a-2f6c1f0f9a11","prompt_id":"p1","cwd":"/src/shop","permission_mode":"default",
             "hook_event_name":"PermissionRequest","tool_name":"Bash","tool_input":{"command":"rm -rf dist","description":"Clean up"},
             "permission_suggestions":[{"type":"addRules"}]}
            """);

        Assert.Equal((SessionStatus.Waiting, WaitingFor.Permission, "Bash: rm -rf dist"), (scene.Status, scene.View.WaitingFor, scene.View.WaitingText));
        Assert.Equal(scene.Now, scene.View.WaitingSince);
    }

    [Fact]
    public void A_permission_to_change_a_file_says_which_lines_go_and_which_come()
    {
        var scene = AtWork();
        scene.Hear("PermissionRequest", ("tool_name", "Edit"), ("tool_input", new JsonObject
        {
            ["file_path"] = "/src/shop/a.ts", ["old_string"] = "let a = 1;\nlet b;", ["new_string"] = "const a = 1;",
        }));

        Assert.Equal("Edit: /src/shop/a.ts\n-let a = 1;\n-let b;\n+const a = 1;", scene.View.WaitingText);
    }

    [Fact]
    public void A_question_and_a_plan_say_what_is_asked()
    {
        var scene = AtWork();
        scene.HearText("""
            {"session_id":"0b7c3d52-6d0e-4d52-9f0a-2f6c1f0f9a11","prompt_id":"p1","hook_event_name":"PreToolUse","tool_name":"AskUserQuestion","tool_use_id":"q1",
             "tool_input":{"questions":[{"question":"Which database?","header":"Storage","options":[{"label":"SQLite"}]},{"question":"Which port?"}]}}
            """);
        Assert.Equal((WaitingFor.Question, "Which database?\n- SQLite\nWhich port?"), (scene.View.WaitingFor, scene.View.WaitingText));

        scene.Hear("PostToolUse", ("tool_name", "AskUserQuestion"), ("tool_use_id", "q1"));
        scene.Hear("PreToolUse", ("tool_name", "ExitPlanMode"), ("tool_use_id", "q2"), ("tool_input", new JsonObject { ["plan"] = "1. Add a page" }));
        Assert.Equal((WaitingFor.Plan, "1. Add a page"), (scene.View.WaitingFor, scene.View.WaitingText));
    }

    [Fact]
    public void A_notification_of_a_wait_that_is_known_does_not_blur_it()
    {
        var scene = AtWork();
        scene.Hear("PermissionRequest", ("tool_name", "Write"), ("tool_input", new JsonObject { ["file_path"] = "/src/shop/a.ts" }));
        var events = scene.Events.Count;
        scene.After(6).Hear("Notification", ("notification_type", "permission_prompt"), ("message", "Claude needs your permission to use Write"));

        Assert.Equal("Write: /src/shop/a.ts", scene.View.WaitingText);
        Assert.Equal(events, scene.Events.Count);
    }

    [Fact]
    public void The_answer_to_one_of_two_waiting_sub_agents_leaves_the_other_waiting()
    {
        var scene = AtWork();
        foreach (var agent in (string[])["a1", "a2"])
        {
            scene.Hear("SubagentStart", ("agent_id", agent), ("agent_type", "Explore"));
            scene.Hear("PreToolUse", ("agent_id", agent), ("tool_name", "Bash"), ("tool_use_id", $"t-{agent}"), ("tool_input", agent));
            scene.Hear("PermissionRequest", ("agent_id", agent), ("tool_name", "Bash"), ("tool_input", agent));
        }

        scene.After(9).Hear("PostToolUse", ("tool_name", "Read"), ("tool_use_id", "t3"));
        Assert.Equal(SessionStatus.Waiting, scene.Status);
        scene.Hear("PostToolUse", ("agent_id", "a1"), ("tool_name", "Bash"), ("tool_use_id", "t-a1"), ("tool_input", "a1"));
        Assert.Equal(SessionStatus.Waiting, scene.Status);
        scene.Hear("PostToolUse", ("agent_id", "a2"), ("tool_name", "Bash"), ("tool_use_id", "t-a2"), ("tool_input", "a2"));
        Assert.Equal((SessionStatus.Active, 2), (scene.Status, scene.View.TasksRunning));
    }

    [Fact]
    public void A_refused_permission_stops_waiting_with_the_next_thing_the_agent_does()
    {
        var scene = AtWork();
        scene.Hear("PreToolUse", ("tool_name", "Bash"), ("tool_use_id", "t1"));
        scene.Hear("PermissionRequest", ("tool_name", "Bash"));
        scene.Hear("PreToolUse", ("tool_name", "Read"), ("tool_use_id", "t2"));
        Assert.Equal(SessionStatus.Waiting, scene.Status);
        scene.After(20).Hear("PreToolUse", ("tool_name", "Edit"), ("tool_use_id", "t3"));
        Assert.Equal(SessionStatus.Active, scene.Status);
    }

    [Fact]
    public void A_stop_leaves_exactly_the_background_tasks_running_that_it_lists()
    {
        var scene = AtWork();
        scene.Hear("SubagentStart", ("agent_id", "a1"), ("agent_type", "Explore"));
        scene.Hear("SubagentStart", ("agent_id", "a2"), ("agent_type", "Plan"));
        scene.Hear("Stop", ("background_tasks", JsonNode.Parse("""
            [{"id":"a2","type":"subagent","status":"running","description":"Plan"},
             {"id":"b1","type":"shell","status":"running","description":"npm run dev","command":"npm run dev"},
             {"id":"b2","type":"shell","status":"completed"}]
            """)));
        Assert.Equal(["a2", "b1"], scene.Session!.Tasks.Keys.Order());
        Assert.Equal("npm run dev", scene.Session.Tasks["b1"].Name);

        scene.Hear("UserPromptSubmit", ("prompt_id", "p2"));
        scene.Hear("Stop", ("prompt_id", "p2"), ("background_tasks", new JsonArray()));
        Assert.Equal((SessionStatus.Idle, 0), (scene.Status, scene.View.TasksRunning));
    }

    [Fact]
    public void A_background_sub_agent_that_asks_while_the_session_rests_is_seen_and_goes_back_to_rest()
    {
        var scene = AtWork();
        scene.Hear("SubagentStart", ("agent_id", "a1"));
        scene.Hear("Stop", ("background_tasks", JsonNode.Parse("""[{"id":"a1","type":"subagent","status":"running"}]""")));
        scene.Hear("PreToolUse", ("agent_id", "a1"), ("tool_name", "Bash"), ("tool_use_id", "t1"));
        Assert.Equal(SessionStatus.Idle, scene.Status);
        scene.Hear("PermissionRequest", ("agent_id", "a1"), ("tool_name", "Bash"));
        Assert.Equal(SessionStatus.Waiting, scene.Status);
        scene.Hear("PostToolUse", ("agent_id", "a1"), ("tool_name", "Bash"), ("tool_use_id", "t1"));
        Assert.Equal((SessionStatus.Idle, 1), (scene.Status, scene.View.TasksRunning));
    }

    [Fact]
    public void A_failed_turn_keeps_its_message_until_the_next_prompt_and_beyond_the_end()
    {
        var scene = AtWork();
        scene.Hear("StopFailure", ("error", "rate_limit"), ("error_details", "resets at 14:00"));
        Assert.Equal((SessionStatus.Error, "rate_limit: resets at 14:00"), (scene.Status, scene.View.ErrorMessage));
        scene.After(60).Hear("Notification", ("notification_type", "idle_prompt"));
        Assert.Equal(SessionStatus.Error, scene.Status);

        scene.Hear("SessionEnd", ("reason", "prompt_input_exit"));
        Assert.Equal((SessionStatus.Terminated, "rate_limit: resets at 14:00"), (scene.Status, scene.View.ErrorMessage));
        Assert.Equal(TerminationReason.Completed, scene.Events.OfType<SessionTerminated>().Single().Reason);
    }

    [Fact]
    public void Only_a_resume_begins_a_new_life()
    {
        var scene = AtWork();
        scene.Hear("SessionEnd", ("reason", "other"));
        foreach (var late in (string[])["PostToolUse", "Stop", "UserPromptSubmit", "SubagentStop", "FileChanged"])
        {
            Assert.Empty(scene.Hear(late, ("agent_id", "a1")).Commands);
        }

        // A hub that restarted remembers no hooks; its sessions do the refusing.
        var restarted = scene.Restarted(recalls: false);
        restarted.Hear("PostToolUse", ("tool_name", "Bash"), ("tool_use_id", "t1"));
        Assert.Equal(SessionStatus.Terminated, restarted.Status);
        Assert.Contains(restarted.Refusals, refused => refused.Code == ErrorCodes.Conflict);

        scene.Hear("SessionStart", ("source", "resume"));
        Assert.Equal((SessionStatus.Idle, 2), (scene.Status, scene.Events.OfType<SessionCreated>().Count()));
    }

    [Fact]
    public void A_resume_of_a_session_whose_agent_went_down_without_a_word_starts_afresh()
    {
        var scene = AtWork();
        scene.Hear("SubagentStart", ("agent_id", "a1"));
        scene.Hear("PermissionRequest", ("tool_name", "Bash"));
        scene.After(600).Hear("SessionStart", ("source", "resume"), ("model", "claude-opus-5"));
        Assert.Equal((SessionStatus.Idle, 0, "claude-opus-5"), (scene.Status, scene.View.TasksRunning, scene.View.Model));
    }

    [Fact]
    public void Unknown_hooks_and_fields_only_say_that_the_session_lives()
    {
        var scene = AtWork();
        var commands = scene.Hear("SomethingNew", ("colour", "blue")).Commands;
        Assert.Collection(commands, first => Assert.IsType<CreateSession>(first), second => Assert.IsType<Heartbeat>(second));
        Assert.Equal(SessionStatus.Active, scene.Status);
    }

    [Fact]
    public void What_runs_and_waits_is_taken_over_when_the_hub_restarts()
    {
        var scene = AtWork();
        scene.Hear("SubagentStart", ("agent_id", "a1"));
        scene.Hear("PermissionRequest", ("tool_name", "Bash"));
        var restarted = scene.Restarted(recalls: true);
        restarted.After(6).Hear("Notification", ("notification_type", "permission_prompt"), ("message", "Claude needs your permission"));
        Assert.Equal("Bash", restarted.View.WaitingText);
        restarted.Hear("Stop", ("background_tasks", new JsonArray()));
        Assert.Equal((SessionStatus.Idle, 0), (restarted.Status, restarted.View.TasksRunning));
    }

    [Fact]
    public void After_a_restart_a_wait_is_not_ended_by_what_sub_agents_do_beside_it()
    {
        var restarted = Asking("").Restarted(recalls: true);
        restarted.After(9).Hear("PostToolUse", ("agent_id", "a1"), ("tool_name", "Read"), ("tool_use_id", "u1"));
        restarted.Hear("PreToolUse", ("agent_id", "a1"), ("tool_name", "Grep"), ("tool_use_id", "u3"));
        restarted.Hear("PostToolBatch", ("agent_id", "a1"));
        restarted.Hear("PermissionRequest", ("agent_id", "a1"), ("tool_name", "Write"));
        restarted.Hear("PostToolUse", ("agent_id", "a1"), ("tool_name", "Write"));
        restarted.Hear("SubagentStop", ("agent_id", "a1"));
        Assert.Equal((SessionStatus.Waiting, "Bash: rm -rf dist"), (restarted.Status, restarted.View.WaitingText));

        restarted.Hear("PreToolUse", ("tool_name", "Edit"), ("tool_use_id", "u4"));
        Assert.Equal(SessionStatus.Active, restarted.Status);
    }

    [Theory]
    [InlineData("PostToolUse")]
    [InlineData("PostToolUseFailure")]
    public void After_a_restart_a_wait_of_a_sub_agent_ends_with_the_answer_to_what_it_asked(string answer)
    {
        var restarted = Asking("a1").Restarted(recalls: true);
        restarted.After(9).Hear(answer, ("agent_id", "a2"), ("tool_name", "Bash"), ("tool_use_id", "u5"), ("tool_input", Command("make")));
        Assert.Equal(SessionStatus.Waiting, restarted.Status);
        restarted.Hear(answer, ("agent_id", "a1"), ("tool_name", "Bash"), ("tool_use_id", "u2"), ("tool_input", Command("rm -rf dist")));
        Assert.Equal(SessionStatus.Active, restarted.Status);
    }

    [Fact]
    public void A_sub_agent_that_runs_no_more_when_the_turn_is_over_waits_no_more()
    {
        var scene = Asking("a1");
        scene.Hear("Stop", ("background_tasks", new JsonArray()));
        Assert.Equal((SessionStatus.Idle, null, 0), (scene.Status, scene.View.WaitingFor, scene.View.TasksRunning));
    }

    private static JsonObject Command(string command) => new() { ["command"] = command };

    /// <summary>A session that asks, by its main agent or the sub-agent a1, which reads beside it.</summary>
    private static HookScene Asking(string actor)
    {
        var scene = AtWork();
        scene.Hear("SubagentStart", ("agent_id", "a1"));
        scene.Hear("PreToolUse", ("agent_id", "a1"), ("tool_name", "Read"), ("tool_use_id", "u1"));
        scene.Hear("PreToolUse", ("agent_id", actor), ("tool_name", "Bash"), ("tool_use_id", "u2"), ("tool_input", Command("rm -rf dist")));
        scene.Hear("PermissionRequest", ("agent_id", actor), ("tool_name", "Bash"), ("tool_input", Command("rm -rf dist")));
        Assert.Equal(SessionStatus.Waiting, scene.Status);
        return scene;
    }

    private static HookScene AtWork()
    {
        var scene = new HookScene();
        scene.Hear("SessionStart", ("source", "startup"));
        scene.Hear("UserPromptSubmit", ("prompt", "add a checkout page"));
        Assert.Equal(SessionStatus.Active, scene.Status);
        return scene;
    }
}

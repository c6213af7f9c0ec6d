using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Server.Tests.Ingest;

/// <summary>Codex's hooks and its older "notify", as they look on the wire.</summary>
public sealed class CodexHookTests
{
    private const string Id = HookScene.Id;

    [Fact]
    public void A_turn_of_Codex_is_seen_from_its_prompt_to_its_end()
    {
        var scene = new HookScene("codex");
        SessionStatus After(string hook, string fields)
        {
            scene.HearText($$"""
                {"session_id":"{{Id}}","turn_id":"019a-7","transcript_path":null,"cwd":"/src/shop","hook_event_name":"{{hook}}",
                 "model":"gpt-5.5-codex","permission_mode":"default"{{fields}}}
                """);
            return scene.Status;
        }

        Assert.Equal(SessionStatus.Idle, After("SessionStart", ""","source":"startup" """));
        Assert.Equal(SessionStatus.Active, After("UserPromptSubmit", ""","prompt":"add a checkout page" """));
        Assert.Equal(SessionStatus.Active, After("PreToolUse", ""","tool_name":"Bash","tool_input":{"command":"npm test"},"tool_use_id":"call_1" """));
        Assert.Equal(SessionStatus.Waiting, After("PermissionRequest", ""","tool_name":"Bash","tool_input":{"command":"npm test"} """));
        Assert.Equal("Bash: npm test", scene.View.WaitingText);
        Assert.Equal(SessionStatus.Active, After("PostToolUse", ""","tool_name":"Bash","tool_input":{"command":"npm test"},"tool_use_id":"call_1","tool_response":"ok" """));
        Assert.Equal(SessionStatus.Idle, After("Stop", ""","stop_hook_active":false,"last_assistant_message":null"""));
        Assert.Equal(SessionStatus.Idle, After("PostToolUse", ""","tool_name":"Bash","tool_use_id":"call_2" """));
        Assert.Equal(("codex", "gpt-5.5-codex", "shop"), (scene.View.Agent, scene.View.Model, scene.View.Project));
        Assert.Equal(SessionStatus.Terminated, After("SessionEnd", ""","reason":"other" """));
        Assert.Empty(scene.Refusals);
    }

    [Fact]
    public void An_interrupt_ends_the_turn_and_what_it_waited_for()
    {
        var scene = new HookScene("codex");
        scene.HearText($$"""{"session_id":"{{Id}}","turn_id":"1","hook_event_name":"UserPromptSubmit"}""");
        scene.HearText($$"""{"session_id":"{{Id}}","turn_id":"1","hook_event_name":"PermissionRequest","tool_name":"Bash","tool_input":{"command":["bash","-lc","make"] } }""");
        Assert.Equal("Bash: bash -lc make", scene.View.WaitingText);
        scene.HearText($$"""{"session_id":"{{Id}}","turn_id":"1","hook_event_name":"Interrupt"}""");
        Assert.Equal((SessionStatus.Idle, null), (scene.Status, scene.View.WaitingFor));
    }

    [Fact]
    public void The_older_notify_with_hyphens_says_that_a_turn_is_done()
    {
        var scene = new HookScene("codex");
        scene.HearText($$"""
            {"type":"agent-turn-complete","thread-id":"{{Id}}","turn-id":"3","cwd":"/src/shop","client":"codex-tui",
             "input-messages":["add a checkout page"],"last-assistant-message":"Done."}
            """);
        Assert.Equal((SessionStatus.Idle, "/src/shop"), (scene.Status, scene.View.Cwd));
        scene.HearText($$"""{"session_id":"{{Id}}","turn_id":"3","hook_event_name":"PostToolUse","tool_name":"Bash","tool_use_id":"call_1"}""");
        Assert.Equal(SessionStatus.Idle, scene.Status);
    }

    [Fact]
    public void A_change_of_model_on_the_way_is_seen()
    {
        var scene = new HookScene("codex");
        scene.HearText($$"""{"session_id":"{{Id}}","turn_id":"1","hook_event_name":"UserPromptSubmit","model":"gpt-5.5"}""");
        scene.HearText($$"""{"session_id":"{{Id}}","turn_id":"2","hook_event_name":"UserPromptSubmit","model":"gpt-5.5-codex"}""");
        Assert.Equal("gpt-5.5-codex", scene.View.Model);
    }

    [Fact]
    public void Another_agent_of_the_same_layout_keeps_its_own_name()
    {
        var scene = new HookScene("qwen-code");
        scene.HearText($$"""{"session_id":"{{Id}}","hook_event_name":"UserPromptSubmit"}""");
        Assert.Equal(("qwen-code", SessionStatus.Active), (scene.View.Agent, scene.Status));
    }
}

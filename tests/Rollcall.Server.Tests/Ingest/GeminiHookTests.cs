using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Server.Tests.Ingest;

/// <summary>Gemini CLI's hooks, as they look on the wire: neither turns nor tools have an id.</summary>
public sealed class GeminiHookTests
{
    private readonly HookScene _scene = new("gemini");

    [Fact]
    public void A_turn_of_Gemini_is_seen_from_its_prompt_to_its_end()
    {
        Assert.Equal(SessionStatus.Idle, After("SessionStart", ""","source":"startup" """));
        Assert.Equal(SessionStatus.Active, After("BeforeAgent", ""","prompt":"add a checkout page" """));
        Assert.Equal(SessionStatus.Waiting, Asks("npm test"));
        Assert.Equal((WaitingFor.Permission, "Tool Shell requires execution: npm test"), (_scene.View.WaitingFor, _scene.View.WaitingText));
        Assert.Equal(SessionStatus.Active, After("BeforeTool", ""","tool_name":"run_shell_command","tool_input":{"command":"npm test"} """));
        Assert.Equal(SessionStatus.Active, After("AfterTool", ""","tool_name":"run_shell_command","tool_input":{"command":"npm test"},"tool_response":{} """));
        Assert.Equal(SessionStatus.Idle, After("AfterAgent", ""","prompt":"add a checkout page","prompt_response":"Done." """));
        Assert.Equal(SessionStatus.Active, After("BeforeAgent", ""","prompt":"now test it" """));
        Assert.Equal(SessionStatus.Active, After("BeforeTool", ""","tool_name":"read_file","tool_input":{"file_path":"a.ts"} """));
        Assert.Equal(("gemini", "shop"), (_scene.View.Agent, _scene.View.Project));
        Assert.Equal(SessionStatus.Terminated, After("SessionEnd", ""","reason":"exit" """));
        Assert.Equal(SessionStatus.Idle, After("SessionStart", ""","source":"resume" """));
        Assert.Empty(_scene.Refusals);
    }

    [Fact]
    public void What_Gemini_asks_next_takes_the_place_of_what_it_asked_and_the_end_of_the_turn_ends_it()
    {
        After("BeforeAgent", "");
        Asks("npm test");
        _scene.After(9);
        After("Notification", """
            ,"notification_type":"ToolPermission","message":"Tool Edit requires editing",
            "details":{"type":"edit","title":"Edit","fileName":"a.ts","filePath":"/src/shop/a.ts","fileDiff":"-a\n+b","originalContent":"a","newContent":"b"}
            """);
        Assert.Equal(("Tool Edit requires editing: /src/shop/a.ts", _scene.Now), (_scene.View.WaitingText, _scene.View.WaitingSince));
        Assert.Equal(SessionStatus.Idle, After("AfterAgent", ""));
        Assert.Equal(SessionStatus.Idle, Asks("late"));
    }

    private SessionStatus Asks(string command) => After("Notification", $$"""
        ,"notification_type":"ToolPermission","message":"Tool Shell requires execution",
        "details":{"type":"exec","title":"Shell","command":"{{command}}","rootCommand":"npm"}
        """);

    private SessionStatus After(string hook, string fields)
    {
        _scene.HearText($$"""
            {"session_id":"{{HookScene.Id}}","transcript_path":"/home/ada/.gemini/tmp/1/chats/session.json","cwd":"/src/shop",
             "hook_event_name":"{{hook}}","timestamp":"2026-09-01T08:00:00.000Z"{{fields}}}
            """);
        return _scene.Status;
    }
}

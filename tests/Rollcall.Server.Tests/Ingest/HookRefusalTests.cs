using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Rollcall.Protocol;
using Rollcall.Server.Ingest.Hooks;
using Xunit;

namespace Rollcall.Server.Tests.Ingest;

/// <summary>Payloads that cannot be used, that are too long, or that make no sense at all.</summary>
public sealed class HookRefusalTests
{
    [Theory]
    [InlineData("[]", "body")]
    [InlineData("\"Stop\"", "body")]
    [InlineData("null", "body")]
    [InlineData("{}", "session_id")]
    [InlineData("""{"session_id":null}""", "session_id")]
    [InlineData("""{"session_id":7}""", "session_id")]
    [InlineData("""{"session_id":""}""", "session_id")]
    [InlineData("""{"session_id":"a/b"}""", "session_id")]
    [InlineData("""{"session_id":"a b"}""", "session_id")]
    [InlineData("""{"session_id":".."}""", "session_id")]
    [InlineData("""{"session_id":"count"}""", "session_id")]
    [InlineData("""{"session_id":"\ud83d"}""", "session_id")]
    [InlineData("""{"type":"agent-turn-complete","thread-id":"a/b"}""", "thread-id")]
    [InlineData("""{"type":"agent-turn-complete","thread-id":false}""", "thread-id")]
    public void A_payload_that_names_no_session_is_refused_and_the_field_named(string json, string field)
    {
        var scene = new HookScene();
        var refusal = scene.HearText(json).Refusal;

        Assert.Equal((ErrorCodes.InvalidRequest, field), (refusal?.Code, refusal?.Field));
        Assert.StartsWith(field, refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(0, scene.Memory.Count);
    }

    [Fact]
    public void An_id_of_129_characters_is_refused_and_one_of_128_is_not()
    {
        var scene = new HookScene();
        Assert.NotNull(scene.HearText($$"""{"session_id":"{{new string('a', 129)}}"}""").Refusal);
        Assert.Null(scene.HearText($$"""{"session_id":"{{new string('a', 128)}}"}""").Refusal);
    }

    [Fact]
    public void Texts_are_cut_to_what_a_command_may_carry_and_never_within_a_character()
    {
        var much = string.Concat(Enumerable.Repeat("🚀", 10_000));
        foreach (var text in (string[])[much, "x" + much])
        {
            var scene = new HookScene(text);
            scene.Hear("SessionStart", ("source", "startup"), ("session_title", text), ("model", text), ("cwd", text));
            scene.Hear("PermissionRequest", ("tool_name", text), ("tool_input", new JsonObject { ["command"] = text }));
            Assert.EndsWith("…", scene.View.WaitingText, StringComparison.Ordinal);
            scene.Hear("SubagentStart", ("agent_id", text), ("agent_type", text));
            scene.Hear("SubagentStart", ("agent_id", ".."), ("agent_type", text));
            scene.Hear("SubagentStart", ("agent_id", "a1"), ("agent_type", text));
            scene.Hear("StopFailure", ("error", text), ("error_details", text));

            Assert.Empty(scene.Refusals);
            Assert.Equal((SessionStatus.Error, 1), (scene.Status, scene.View.TasksRunning));
            Assert.InRange(scene.View.ErrorMessage!.Length, 8191, 8192);
            Assert.All([scene.View.Name!, scene.View.ErrorMessage], cut => Assert.False(char.IsHighSurrogate(cut[^2])));
        }
    }

    [Fact]
    public void No_payload_however_odd_throws_or_makes_a_command_that_breaks_a_rule()
    {
        var scene = new HookScene();
        Prop.ForAll(Payloads().ToArbitrary(), json =>
        {
            scene.After(1).HearText(json);
            return scene.Refusals.TrueForAll(refused => refused.Code is not (ErrorCodes.InvalidRequest or ErrorCodes.InvalidTransition));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void Memory_is_bounded_in_sessions_and_forgets_the_one_not_heard_of_for_longest()
    {
        var scene = new HookScene();
        for (var i = 0; i < HookMemory.RememberedSessions; i++)
        {
            Hear($"s{i}");
        }

        Hear("s0");
        Hear("new");

        Assert.Equal(HookMemory.RememberedSessions, scene.Memory.Count);
        Assert.Equal([true, false, true, true], new[] { "s0", "s1", "s2", "new" }.Select(id => scene.Memory.Of(id).Turns.Any));

        void Hear(string id) => scene.HearText($$"""{"session_id":"{{id}}","hook_event_name":"UserPromptSubmit"}""");
    }

    private static Gen<string> Payloads()
    {
        var texts = Gen.Elements(
            "", "a1", "p1", "p2", "t1", "t2", "Bash", "AskUserQuestion", "resume", "compact", "idle_prompt", "permission_prompt",
            "elicitation_dialog", "ToolPermission", "\\ud83d", "\\u0000", ".", new string('z', 9000)).Select(text => $"\"{text}\"");
        var values = Gen.Frequency(
            (6, texts),
            (2, Gen.Elements(
                "null", "true", "-1", "1e99", "[]", "{}", "[null]", """[{"id":"b1"},{"id":7},[]]""",
                """{"questions":[1,{"question":2},{"question":"Why?"}]}""", """{"command":[1,"\ud800",null]}""", """{"\ud83d":1}""")));
        var fields = Gen.Elements(
            "prompt_id", "turn_id", "agent_id", "agent_type", "tool_name", "tool_input", "tool_use_id", "notification_type", "message",
            "source", "model", "cwd", "session_title", "error", "error_details", "background_tasks", "mcp_server_name", "elicitation_id",
            "reason", "details", "\\ud83d");
        var hooks = Gen.Frequency(
            (30, Gen.Elements(HookMapping.KnownHooks.Append("Unknown").ToArray()).Select(name => $"\"{name}\"")), (1, values));
        var sessions = Gen.Frequency((20, Gen.Elements("\"s1\"", $"\"{HookScene.Id}\"")), (1, values));
        return
            from session in sessions
            from hook in hooks
            from given in (from field in fields from value in values select $"\"{field}\":{value}").ListOf()
            select $"{{\"session_id\":{session},\"hook_event_name\":{hook}{string.Concat(given.Select(one => "," + one))}}}";
    }
}

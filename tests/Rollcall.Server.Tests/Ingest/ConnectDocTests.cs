using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rollcall.Protocol;
using Rollcall.Server.Ingest.Hooks;
using Xunit;

namespace Rollcall.Server.Tests.Ingest;

/// <summary>Holds <c>docs/connect-an-agent.md</c> to what the code does: every row of its table, and its settings.</summary>
public sealed partial class ConnectDocTests
{
    private static readonly string Doc = File.ReadAllText(Path.Combine(Root(), "docs", "connect-an-agent.md"));

    public static TheoryData<string, string, string, string, int> Rows()
    {
        var rows = new TheoryData<string, string, string, string, int>();
        foreach (Match row in TableRow().Matches(Doc))
        {
            rows.Add(row.Groups[1].Value, row.Groups[2].Value.Trim().Trim('`'), row.Groups[3].Value, row.Groups[4].Value,
                int.Parse(row.Groups[5].Value, System.Globalization.CultureInfo.InvariantCulture));
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_row_of_the_table_is_what_happens(string hook, string when, string before, string after, int tasks)
    {
        foreach (var agent in (string[])["claude-code", "codex"])
        {
            var scene = new HookScene(agent);
            Bring(scene, before, hook);
            scene.After(60).HearText(Payload(agent, hook, when));

            var view = scene.View;
            var waits = view.WaitingFor is { } what ? $": {WireName<WaitingFor>.Of(what)}" : "";
            Assert.Equal(after, WireName<SessionStatus>.Of(view.Status) + waits);
            Assert.Equal(tasks, view.TasksRunning);
            Assert.DoesNotContain(scene.Refusals, refused => refused.Code == ErrorCodes.InvalidRequest);
        }
    }

    [Fact]
    public void The_table_names_every_hook_that_means_something_and_no_other()
    {
        var inTable = TableRow().Matches(Doc).Select(row => row.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(HookMapping.KnownHooks.Order(StringComparer.Ordinal), inTable);
    }

    [Fact]
    public void The_settings_to_paste_are_json_and_name_only_hooks_that_mean_something()
    {
        var settings = Settings().Matches(Doc).Select(block => JsonNode.Parse(block.Groups[1].Value)!["hooks"]!.AsObject()).ToList();

        Assert.Equal(4, settings.Count);
        Assert.All(settings.SelectMany(block => block), hook => Assert.Contains(hook.Key, HookMapping.KnownHooks));
    }

    [Fact]
    public void Claude_Code_takes_no_http_hook_at_session_start_so_the_settings_have_a_command_there()
    {
        var claude = JsonNode.Parse(Settings().Match(Doc).Groups[1].Value)!["hooks"]!.AsObject();
        string Kind(string hook) => (string)claude[hook]![0]!["hooks"]![0]!["type"]!;

        Assert.Equal("command", Kind("SessionStart"));
        Assert.All(claude.Select(hook => hook.Key).Where(hook => hook != "SessionStart"), hook => Assert.Equal("http", Kind(hook)));
    }

    private static void Bring(HookScene scene, string before, string hook)
    {
        if (before == "none")
        {
            return;
        }

        scene.Hear("SessionStart", ("source", "startup"));
        scene.Hear("UserPromptSubmit", ("prompt", "add a checkout page"), ("prompt_id", before == "idle" ? "p0" : "p1"));
        switch (before)
        {
            case "active" when hook == "SubagentStop":
                scene.Hear("SubagentStart", ("agent_id", "a1"), ("agent_type", "Explore"));
                break;
            case "idle":
                scene.Hear("Stop", ("prompt_id", "p0"));
                break;
            case "waiting" when hook.StartsWith("Elicitation", StringComparison.Ordinal):
                scene.Hear("Elicitation", ("mcp_server_name", "forms"));
                break;
            case "waiting":
                scene.Hear("PreToolUse", ("tool_name", "Bash"), ("tool_use_id", "t1"));
                scene.Hear("PermissionRequest", ("tool_name", "Bash"));
                break;
            case "error":
                scene.Hear("StopFailure", ("error", "overloaded"));
                break;
            case "terminated":
                scene.Hear("SessionEnd", ("reason", "other"));
                break;
        }

        Assert.Equal(before, WireName<SessionStatus>.Of(scene.Status));
    }

    private static string Payload(string agent, string hook, string when)
    {
        var body = hook == "agent-turn-complete"
            ? new JsonObject { ["type"] = hook, ["thread-id"] = HookScene.Id, ["turn-id"] = "p1" }
            : new JsonObject { ["session_id"] = HookScene.Id, ["hook_event_name"] = hook, [agent == "codex" ? "turn_id" : "prompt_id"] = "p1" };
        if (when.Split('=', 2) is [var field, var value])
        {
            body[field] = value.StartsWith('[') ? JsonNode.Parse(value) : value;
            if (field == "tool_name" && hook != "PermissionRequest")
            {
                body["tool_use_id"] = "t1";
            }
        }

        return body.ToJsonString();
    }

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "Rollcall.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    // | `PreToolUse` | `tool_name=Bash` | idle | active | 0 |
    [GeneratedRegex(@"^\| `([^`]+)` \|([^|]*)\| (\w+) \| ([\w: ]+?) \| (\d+) \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Settings();
}

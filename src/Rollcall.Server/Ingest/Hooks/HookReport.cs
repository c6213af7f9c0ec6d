using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>
/// One hook's payload, read without trust: any field may be missing or of another type, and unknown ones are ignored.
/// <code>
/// {"session_id":"0b7c…","prompt_id":"5d1e…","cwd":"/src/shop","hook_event_name":"PreToolUse",
///  "tool_name":"Bash","tool_input":{"command":"npm test"},"tool_use_id":"toolu_01…"}
/// {"type":"agent-turn-complete","thread-id":"0199…","turn-id":"3","cwd":"/src/shop"}
/// </code>
/// The first is the layout of Claude Code, Codex (there with turn_id) and Gemini CLI (with neither turn nor tool_use_id); the second is Codex's older "notify".
/// </summary>
internal sealed class HookReport
{
    private readonly JsonElement _body;

    private HookReport(JsonElement body, string sessionId, string agent, string? host, DateTimeOffset now)
    {
        _body = body;
        SessionId = sessionId;
        Agent = agent;
        Host = host;
        Now = now;
        Event = Text("hook_event_name") ?? Text("type") ?? "";
        Prompt = Id("prompt_id") ?? Id("turn_id") ?? Id("turn-id");
        Actor = Id("agent_id") ?? "";
        Tool = ReadTool();
    }

    public string SessionId { get; }

    public string Agent { get; }

    public string? Host { get; }

    public DateTimeOffset Now { get; }

    public string Event { get; }

    /// <summary>Names the turn; null where the agent does not say.</summary>
    public string? Prompt { get; }

    /// <summary>The sub-agent that reports; empty for the main one.</summary>
    public string Actor { get; }

    public ToolCall Tool { get; }

    /// <summary>Reads a payload; the result is its refusal, null when it can be used.</summary>
    public static HookResult? Read(
        string agent, JsonElement payload, string? host, DateTimeOffset now, out HookReport report)
    {
        report = null!;
        if (payload.ValueKind != JsonValueKind.Object)
        {
            return HookResult.Invalid("body", "must be a JSON object");
        }

        var field = payload.Field("session_id") is not null || payload.Field("thread-id") is null ? "session_id" : "thread-id";
        if (payload.String(field) is not { } id)
        {
            return HookResult.Invalid(field, payload.Field(field) is null ? "is required" : "must be a string");
        }

        if (!SessionIds.IsValidForNew(id))
        {
            return HookResult.Invalid(field, SessionIds.RuleForNew);
        }

        report = new HookReport(payload, id, agent, host, now);
        return null;
    }

    public JsonElement? Element(string field) => _body.Field(field);

    public string? Text(string field) => _body.String(field);

    /// <summary>A field that is an id as a task's may be.</summary>
    public string? Id(string field) => HookText.Id(Text(field));

    private ToolCall ReadTool()
    {
        var name = HookText.Cut(Text("tool_name"), Wire.MaxIdLength) ?? "";
        var server = HookText.Cut(Text("mcp_server_name"), Wire.MaxIdLength);
        if (name.Length == 0 && (Id("elicitation_id") ?? server) is { } form)
        {
            return new ToolCall($"elicitation:{form}", "elicitation", form, Actor);
        }

        return new ToolCall(Id("tool_use_id"), name, Fingerprint(name), Actor);
    }

    /// <summary>Tells equal calls of a tool where the agent gives no id: 64 bits of a hash of name and input.</summary>
    private string Fingerprint(string name)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(name));
        if (Element("tool_input") is { } input)
        {
            hash.AppendData(JsonMarshal.GetRawUtf8Value(input));
        }

        return Convert.ToHexString(hash.GetHashAndReset().AsSpan(0, 8));
    }
}

/// <summary>A tool's use as hooks name it; a form that a tool server asks to be filled in counts as one.</summary>
/// <param name="Id">Its id; null where the hook does not carry it.</param>
/// <param name="Name">The tool.</param>
/// <param name="Fingerprint">Equal for equal input.</param>
/// <param name="Actor">The sub-agent that uses it; empty for the main one.</param>
internal sealed record ToolCall(string? Id, string Name, string Fingerprint, string Actor);

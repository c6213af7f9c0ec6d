using System.Text.Json;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Server.Ingest.Hooks;

/// <summary>The texts that people read, taken from payloads and cut to what a command may carry. Pure.</summary>
internal static class HookText
{
    /// <summary>Characters; the most a command's text may have (8 KiB).</summary>
    public const int MaxText = 8 * 1024;

    /// <summary>The fields of a tool's input that say best what it is about to do, the best first.</summary>
    private static readonly string[] Telling =
        ["command", "file_path", "notebook_path", "path", "url", "query", "pattern", "description", "prompt"];

    /// <summary>A field of an object; null when it is absent, or this is no object.</summary>
    public static JsonElement? Field(this JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        try
        {
            return value.TryGetProperty(field, out var found) ? found : null;
        }
        catch (InvalidOperationException)
        {
            // Another field's name is no text (see Text); the rest of the object is as good as any.
            return value.EnumerateObject().Where(property => Is(property, field)).Select(property => (JsonElement?)property.Value).LastOrDefault();
        }
    }

    /// <summary>A field that is a string of valid text; null for anything else.</summary>
    public static string? String(this JsonElement value, string field) => value.Field(field)?.Text();

    /// <summary>An id as a task's may be; others are treated as absent, so that no memory grows by them.</summary>
    public static string? Id(string? text) =>
        text is { Length: >= 1 and <= Wire.MaxIdLength } && TaskIds.IsNameable(text) ? text : null;

    /// <summary>A string of valid text; null for anything else, such as half of a surrogate pair, "\ud83d", which JSON can say.</summary>
    private static string? Text(this JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool Is(JsonProperty property, string field)
    {
        try
        {
            return property.NameEquals(field);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>At most so many characters, the last one an ellipsis when something was cut off.</summary>
    public static string? Cut(string? text, int most = MaxText)
    {
        if (text is null || text.Length <= most)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }

    /// <summary>What is asked: <c>Bash: npm test</c>, a question's words, a plan.</summary>
    public static string? Asked(HookReport report, WaitingFor what)
    {
        var input = report.Element("tool_input") ?? default;
        return Cut(what switch
        {
            WaitingFor.Question => Questions(input),
            WaitingFor.Plan => input.String("plan"),
            WaitingFor.Elicitation => Joined(report.Text("mcp_server_name"), report.Text("message") ?? report.Text("url")),
            WaitingFor.Permission when report.Tool.Name.Length > 0 => Joined(report.Tool.Name, Summary(input) + Change(input)),
            _ => Joined(report.Text("message"), report.Element("details") is { } details ? Detail(details) : null),
        });
    }

    /// <summary><c>rate_limit: resets at 14:00</c>.</summary>
    public static string Failure(HookReport report) =>
        Cut(Joined(report.Text("error") ?? "unknown", report.Text("error_details")))!;

    // {"questions":[{"question":"Which database?","header":"Storage","options":[{"label":"SQLite","description":"One file"},…]}]}
    private static string? Questions(JsonElement input)
    {
        if (input.Field("questions") is not { ValueKind: JsonValueKind.Array } questions)
        {
            return input.String("question");
        }

        var asked = questions.EnumerateArray().Select(question => question.String("question") is { } words ? words + Choices(question) : null).OfType<string>();
        return string.Join('\n', asked) is { Length: > 0 } text ? text : null;
    }

    /// <summary>Each choice on a line of its own: <c>- SQLite</c>.</summary>
    private static string Choices(JsonElement question) => question.Field("options") is not { ValueKind: JsonValueKind.Array } options ? ""
        : string.Concat(options.EnumerateArray().Select(option => option.String("label")).OfType<string>().Select(label => $"\n- {label}"));

    // {"command":"npm test","description":"Run the tests"}   or   {"command":["bash","-lc","npm test"]}
    private static string? Summary(JsonElement input)
    {
        if (input.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (input.Field("command") is { ValueKind: JsonValueKind.Array } command)
        {
            return Cut(string.Join(' ', command.EnumerateArray().Select(word => word.Text() ?? word.GetRawText())));
        }

        return Telling.Select(field => input.String(field)).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text))
            ?? (input.EnumerateObject().Any() ? Cut(input.GetRawText()) : null);
    }

    // {"type":"exec","title":"Shell","command":"npm test"}   or   {"type":"edit","filePath":"/src/a.ts",…}
    private static string? Detail(JsonElement details) => details.String("command") ?? details.String("filePath") ?? details.String("prompt");

    // {"file_path":"/src/a.ts","old_string":"let a","new_string":"const a"}: the lines that go, and those that come
    private static string? Change(JsonElement input) => input.String("old_string") is { } gone && input.String("new_string") is { } comes
        ? Marked('-', gone) + Marked('+', comes) : null;

    private static string Marked(char mark, string text) =>
        text.Length == 0 ? "" : string.Concat(text.Split('\n').Select(line => $"\n{mark}{line}"));

    private static string? Joined(string? head, string? tail) =>
        string.IsNullOrEmpty(head) ? tail : string.IsNullOrEmpty(tail) ? head : $"{head}: {tail}";
}

using System.Text.Json;

namespace Rollcall.Server.Tests.Api;

/// <summary>Holds requests and answers against the OpenAPI document. What is not described there is wrong, too.</summary>
public sealed class Described(JsonElement document)
{
    /// <summary>What is wrong with a request's body; null when nothing is.</summary>
    public string? Request(string method, string pattern, string body) =>
        Operation(method, pattern).TryGetProperty("requestBody", out var described)
            ? Wrong(Schema(described, "application/json"), JsonElement.Parse(body), "body")
            : "no body is described";

    /// <summary>What is wrong with an answer; null when nothing is.</summary>
    public string? Answer(string method, string pattern, Answer answer)
    {
        var responses = Operation(method, pattern).GetProperty("responses");
        var described = responses.TryGetProperty(answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), out var own) ? own : responses.GetProperty("default");
        return answer.Text.Length == 0 ? null
            : described.TryGetProperty("content", out _) ? Wrong(Schema(described, answer.Headers["Content-Type"].Split(';')[0]), answer.Json, "answer")
            : $"{answer.Status} is described without content";
    }

    private JsonElement Operation(string method, string pattern) =>
        document.GetProperty("paths").GetProperty(pattern).GetProperty(method.ToLowerInvariant());

    private static JsonElement Schema(JsonElement described, string type) => described.GetProperty("content").GetProperty(type).GetProperty("schema");

    private string? Wrong(JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("$ref", out var name))
        {
            return Wrong(document.GetProperty("components").GetProperty("schemas").GetProperty(name.GetString()!.Split('/')[^1]), value, at);
        }

        if (schema.TryGetProperty("oneOf", out var one) && one.EnumerateArray().Count(choice => Wrong(choice, value, at) is null) is not 1 and var matched)
        {
            return $"{at}: {matched} of oneOf match {value}";
        }

        if (schema.TryGetProperty("anyOf", out var any))
        {
            var wrong = any.EnumerateArray().Select(choice => Wrong(choice, value, at)).ToList();
            return wrong.Contains(null) ? null : string.Join(" | ", wrong);
        }

        return schema.TryGetProperty("type", out var type) && !Types(type).Any(allowed => Is(allowed, value)) ? $"{at}: {value} is not {type}"
            : schema.TryGetProperty("enum", out var names) && !names.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)) ? $"{at}: {value} is not of {names}"
            : value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items)
                ? value.EnumerateArray().Select((item, i) => Wrong(items, item, $"{at}[{i}]")).FirstOrDefault(wrong => wrong is not null)
            : value.ValueKind == JsonValueKind.Object ? WrongObject(schema, value, at)
            : null;
    }

    private string? WrongObject(JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("required", out var required)
            && required.EnumerateArray().FirstOrDefault(field => !value.TryGetProperty(field.GetString()!, out _)) is { ValueKind: JsonValueKind.String } missing)
        {
            return $"{at}: {missing} is missing";
        }

        var known = schema.TryGetProperty("properties", out var properties);
        var others = schema.TryGetProperty("additionalProperties", out var additional);
        foreach (var field in value.EnumerateObject())
        {
            var inside = $"{at}.{field.Name}";
            var wrong = known && properties.TryGetProperty(field.Name, out var own) ? Wrong(own, field.Value, inside)
                : others ? Wrong(additional, field.Value, inside)
                : known || schema.TryGetProperty("type", out _) ? $"{inside} is not described"
                : null;
            if (wrong is not null)
            {
                return wrong;
            }
        }

        return null;
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(name => name.GetString()!) : [type.GetString()!];

    private static bool Is(string type, JsonElement value) => type switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "string" => value.ValueKind == JsonValueKind.String,
        "array" => value.ValueKind == JsonValueKind.Array,
        _ => value.ValueKind == JsonValueKind.Object,
    };
}

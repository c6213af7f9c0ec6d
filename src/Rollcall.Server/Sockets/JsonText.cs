using System.Text.Json;

namespace Rollcall.Server.Sockets;

/// <summary>Reads the JSON of a message so that nothing in it can fail later.</summary>
internal static class JsonText
{
    /// <summary>Levels of JSON in what comes from outside.</summary>
    private const int Depth = Security.RequestLimits.JsonDepth;

    /// <summary>Parses a message.</summary>
    /// <param name="text">The message.</param>
    /// <param name="around">Levels that the protocol itself has around what comes from outside.</param>
    /// <exception cref="JsonException">It is no JSON, or has a text that is none: half of a surrogate pair, as in <c>"\ud800"</c>.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> text, int around = 0)
    {
        if (text.Span.IndexOf("\\u"u8) >= 0)
        {
            CheckEscapes(text.Span, Depth + around);
        }

        return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Depth + around });
    }

    /// <summary>Which field of a text breaks which rule, because it nests too deeply or has a text that is none; null when none does.</summary>
    /// <param name="text">The text.</param>
    /// <param name="whole">What is called wrong when it is none of the fields.</param>
    /// <exception cref="JsonException">It is not JSON by its grammar.</exception>
    public static (string Field, string Rule)? Wrong(ReadOnlySpan<byte> text, string whole)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = text.Length });
        var field = whole;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    field = whole;
                    field = reader.GetString()!;
                }
                else if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    reader.GetString();
                }
                else if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= Depth)
                {
                    return (field, $"nests too deeply: at most {Depth} levels are read");
                }
            }

            return null;
        }
        catch (InvalidOperationException)
        {
            return (field, "must be valid Unicode text");
        }
    }

    /// <summary>The first field that an object, or one within it, is given twice, such as <c>metadata.a</c>; null when there is none.</summary>
    /// <param name="json">What <see cref="Wrong"/> finds nothing in.</param>
    public static string? Twice(JsonElement json) => RepeatedIn(json) is { } found ? found[(found[0] == '.' ? 1 : 0)..] : null;

    /// <summary>Made from its end, so that only what is found costs a text.</summary>
    private static string? RepeatedIn(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            return json.EnumerateArray().Select((item, index) => RepeatedIn(item) is { } found ? $"[{index}]{found}" : null).FirstOrDefault(found => found is not null);
        }

        var names = new HashSet<string>();
        foreach (var field in json.ValueKind == JsonValueKind.Object ? json.EnumerateObject() : default)
        {
            if ((names.Add(field.Name) ? RepeatedIn(field.Value) : "") is { } found)
            {
                return $".{field.Name}{found}";
            }
        }

        return null;
    }

    private static void CheckEscapes(ReadOnlySpan<byte> text, int depth)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = depth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }
        }
        catch (InvalidOperationException half)
        {
            throw new JsonException("a text has half of a surrogate pair", half);
        }
    }
}

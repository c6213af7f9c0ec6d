using System.Text.Json;

namespace Rollcall.Server.Sockets;

/// <summary>Reads the JSON of a message so that nothing in it can fail later.</summary>
internal static class JsonText
{
    /// <summary>Levels of JSON in what comes from outside.</summary>
    private const int Depth = Security.RequestLimits.JsonDepth;

    /// <summary>What is called wrong when it is none of the payload's fields.</summary>
    private const string Whole = "payload";

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

    /// <summary>Which field of a payload breaks which rule; null when none does.</summary>
    /// <param name="payload">JSON by its grammar.</param>
    public static string? Wrong(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = payload.Length });
        var field = Whole;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    field = Whole;
                    field = reader.GetString()!;
                }
                else if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    reader.GetString();
                }
                else if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= Depth)
                {
                    return $"{field} nests too deeply: a payload may have at most {Depth} levels";
                }
            }

            return null;
        }
        catch (InvalidOperationException)
        {
            return $"{field} must be valid Unicode text";
        }
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

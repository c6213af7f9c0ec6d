using System.Text.Json;

namespace Rollcall.Server.Sockets;

/// <summary>Reads the JSON of a message so that nothing in it can fail later.</summary>
internal static class JsonText
{
    /// <summary>Levels of JSON in what comes from outside.</summary>
    private const int Depth = Security.RequestLimits.JsonDepth;

    /// <summary>Parses a message.</summary>
    /// <exception cref="JsonException">It is no JSON, or has a text that is none: half of a surrogate pair, as in <c>"\ud800"</c>.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> text)
    {
        if (text.Span.IndexOf("\\u"u8) >= 0)
        {
            CheckEscapes(text.Span);
        }

        return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Depth });
    }

    private static void CheckEscapes(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = Depth });
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

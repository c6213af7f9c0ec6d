using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Rollcall.Protocol;

/// <summary>A reporter's own JSON object, kept as its text: immutable, compared by value, written as it is.</summary>
[JsonConverter(typeof(Converter))]
public sealed record Metadata
{
    /// <summary>An object without fields.</summary>
    public static readonly Metadata Empty = new("{}");

    private Metadata(string json) => Json = json;

    /// <summary>The most levels of objects and arrays, so that any JSON reader (64 levels) can read an event around it.</summary>
    public const int MaxDepth = 32;

    /// <summary>The compact JSON text, always an object.</summary>
    public string Json { get; }

    /// <summary>Takes a JSON object.</summary>
    /// <exception cref="JsonException">It is no object, nests too deeply, or holds text that is not Unicode.</exception>
    public static Metadata From(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? Written(element.WriteTo)
        : throw new JsonException("must be a JSON object");

    /// <summary>Merges a patch into this object by JSON Merge Patch (RFC 7386): null removes a field.</summary>
    /// <exception cref="JsonException">As for <see cref="From"/>.</exception>
    public Metadata Merge(JsonElement patch)
    {
        var target = JsonNode.Parse(Json)!.AsObject();
        return Written(json =>
        {
            MergeInto(target, patch);
            target.WriteTo(json);
        });
    }

    /// <summary>Whether the object itself has a field.</summary>
    public bool Has(string name)
    {
        // As a rule the text says so at once: what is escaped without need was unescaped when it was taken.
        if (!Json.Contains($"\"{name}\"", StringComparison.Ordinal))
        {
            return false;
        }

        using var fields = JsonDocument.Parse(Json);
        return fields.RootElement.TryGetProperty(name, out _);
    }

    /// <summary>This object with a number behind its fields, none of which has that name.</summary>
    /// <param name="name">Of characters that need no escape.</param>
    /// <param name="number">The number.</param>
    public Metadata With(string name, long number) => new(string.Create(
        CultureInfo.InvariantCulture, $"{Json.AsSpan(0, Json.Length - 1)}{(Json == Empty.Json ? "" : ",")}\"{name}\":{number}}}"));

    /// <inheritdoc/>
    public override string ToString() => Json;

    /// <summary>Text stays as readable, and as short, as the reporter wrote it: it is never put into a page unescaped.</summary>
    private static Metadata Written(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>();
        try
        {
            using var json = new Utf8JsonWriter(
                text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth });
            write(json);
        }
        catch (InvalidOperationException broken)
        {
            throw new JsonException($"must nest at most {MaxDepth} levels and hold valid Unicode text", broken);
        }

        return new Metadata(Unescaped(Encoding.UTF8.GetString(text.WrittenSpan)));
    }

    /// <summary>
    /// The writer escapes more than JSON asks for: <c>\uD83D\uDE00</c> is 12 bytes, the emoji itself 4. Quotes and backslashes it
    /// never writes that way, so that only control characters must stay.
    /// </summary>
    private static string Unescaped(string json)
    {
        if (!json.Contains("\\u", StringComparison.Ordinal))
        {
            return json;
        }

        var text = new StringBuilder(json.Length);
        for (var i = 0; i < json.Length; i++)
        {
            if (json[i] != '\\')
            {
                text.Append(json[i]);
            }
            else if (json[i + 1] == 'u' && (char)int.Parse(json.AsSpan(i + 2, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is >= ' ' and var character)
            {
                text.Append(character);
                i += 5;
            }
            else
            {
                text.Append(json, i, 2);
                i++;
            }
        }

        return text.ToString();
    }

    private static void MergeInto(JsonObject target, JsonElement patch)
    {
        foreach (var field in patch.EnumerateObject())
        {
            if (field.Value.ValueKind == JsonValueKind.Null)
            {
                target.Remove(field.Name);
            }
            else if (field.Value.ValueKind == JsonValueKind.Object)
            {
                if (target[field.Name] is not JsonObject child)
                {
                    target[field.Name] = child = [];
                }

                MergeInto(child, field.Value);
            }
            else
            {
                target[field.Name] = JsonNode.Parse(field.Value.GetRawText());
            }
        }
    }

    /// <summary>Reads any JSON object; writes the text as it is.</summary>
    public sealed class Converter : JsonConverter<Metadata>
    {
        /// <inheritdoc/>
        public override Metadata Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            // Most have no fields.
            var ahead = reader;
            if (reader.TokenType == JsonTokenType.StartObject && ahead.Read() && ahead.TokenType == JsonTokenType.EndObject)
            {
                reader = ahead;
                return Empty;
            }

            using var document = JsonDocument.ParseValue(ref reader);
            return From(document.RootElement);
        }

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, Metadata value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Json, skipInputValidation: true);
    }
}

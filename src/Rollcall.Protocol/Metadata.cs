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

    /// <summary>The compact JSON text, always an object.</summary>
    public string Json { get; }

    /// <summary>Takes a JSON object.</summary>
    /// <exception cref="JsonException">The element is not an object.</exception>
    public static Metadata From(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? new Metadata(JsonSerializer.Serialize(element, ProtocolJson.Default.JsonElement))
        : throw new JsonException("metadata must be a JSON object.");

    /// <summary>Merges a patch into this object by JSON Merge Patch (RFC 7386): null removes a field.</summary>
    public Metadata Merge(JsonElement patch)
    {
        var target = JsonNode.Parse(Json)!.AsObject();
        MergeInto(target, patch);
        return new Metadata(target.ToJsonString());
    }

    /// <inheritdoc/>
    public override string ToString() => Json;

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
            using var document = JsonDocument.ParseValue(ref reader);
            return From(document.RootElement);
        }

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, Metadata value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Json, skipInputValidation: true);
    }
}

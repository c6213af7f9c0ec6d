using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Describe;

/// <summary>The JSON Schema of what crosses the wire, with the types that have a form of their own there.</summary>
public static class WireSchema
{
    private static readonly JsonSchemaExporterOptions Exporting = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) => Own(context.TypeInfo.Type, context.PropertyInfo?.IsGetNullable == true) ?? schema,
    };

    /// <summary>The schema of a type.</summary>
    public static JsonNode Of(Type type) => ApiJson.Reading.GetTypeInfo(type).GetJsonSchemaAsNode(Exporting);

    /// <summary>The schema of a type that is written by a converter; null for every other.</summary>
    public static JsonObject? Own(Type type, bool nullable = false)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
        {
            return type == typeof(Optional<string>) ? new JsonObject { ["type"] = Type("string", true) }
                // A patch of metadata.
                : type == typeof(Optional<JsonElement>) ? new JsonObject { ["type"] = Type("object", true), ["additionalProperties"] = true }
                : (Own(type.GetGenericArguments()[0]) ?? Of(type.GetGenericArguments()[0])) as JsonObject ?? [];
        }

        var plain = Nullable.GetUnderlyingType(type) ?? type;
        nullable |= plain != type;
        return plain == typeof(DateTimeOffset) ? new JsonObject { ["type"] = Type("string", nullable), ["format"] = "date-time" }
            : plain == typeof(Metadata) || plain == typeof(JsonObject) ? new JsonObject { ["type"] = Type("object", nullable), ["additionalProperties"] = true }
            : plain.IsEnum && Names(plain) is { } names ? new JsonObject { ["type"] = Type("string", nullable), ["enum"] = Values(names, nullable) }
            : null;
    }

    /// <summary>The names of an enum's values on the wire.</summary>
    private static IReadOnlyList<string>? Names(Type type) =>
        (IReadOnlyList<string>?)typeof(WireName<>).MakeGenericType(type).GetProperty(nameof(WireName<SessionStatus>.All))!.GetValue(null);

    private static JsonNode Type(string name, bool nullable) => nullable ? new JsonArray(name, "null") : JsonValue.Create(name);

    private static JsonArray Values(IReadOnlyList<string> names, bool nullable)
    {
        var values = new JsonArray([.. names.Select(name => (JsonNode)name)]);
        if (nullable)
        {
            values.Add(null);
        }

        return values;
    }
}

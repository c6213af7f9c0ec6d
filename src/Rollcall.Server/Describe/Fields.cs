using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using Rollcall.Protocol;
using Rollcall.Server.Api;

namespace Rollcall.Server.Describe;

/// <summary>What the types do not say of their fields by themselves: which must be there, and what those mean that are the same as a session's.</summary>
internal static partial class Fields
{
    /// <summary>What a request cannot do without; its type leaves it open, so that the refusal can name it.</summary>
    private static readonly Dictionary<Type, string> Needed = new()
    {
        [typeof(ChangeStatus)] = "status",
        [typeof(AppendOutput)] = "text",
        [typeof(ReportMessageError)] = "error",
        [typeof(MessageForOwner)] = "text",
    };

    /// <summary>Requires what must be there, and nothing that is left out where it is null.</summary>
    public static void Require(OpenApiSchema schema, JsonTypeInfo type)
    {
        foreach (var field in type.Properties.Where(IsLeftOut))
        {
            schema.Required?.Remove(field.Name);
        }

        if (Needed.TryGetValue(type.Type, out var needed))
        {
            (schema.Required ??= new HashSet<string>()).Add(needed);
        }
    }

    /// <summary>Says of a field that is the same as a session's what the session's own says: <c>See string? SessionView.Name.</c></summary>
    public static void Explain(IDictionary<string, IOpenApiSchema> schemas)
    {
        var session = schemas[nameof(SessionView)].Properties!;
        foreach (var (name, field) in schemas.Values.SelectMany(schema => schema.Properties ?? new Dictionary<string, IOpenApiSchema>()))
        {
            if (field.Description is { } text && SameAsSession().Match(text) is { Success: true } same && session[name].Description is { } own)
            {
                field.Description = own.TrimEnd('.') + text[same.Length..];
            }
        }
    }

    private static bool IsLeftOut(JsonPropertyInfo field) =>
        field.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), true) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull or JsonIgnoreCondition.WhenWritingDefault }];

    [GeneratedRegex(@"^See (\S+ )?SessionView\.\w+")]
    private static partial Regex SameAsSession();
}

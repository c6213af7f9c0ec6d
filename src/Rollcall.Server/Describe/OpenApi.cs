using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Security;

namespace Rollcall.Server.Describe;

/// <summary>Describes the HTTP API by OpenAPI 3.1, from the routes as they are mapped and the access table.</summary>
public static class OpenApi
{
    /// <summary>The name of the only one.</summary>
    private const string Document = "v1";

    /// <summary>Registers the generator.</summary>
    public static IServiceCollection AddDescription(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.CreateSchemaReferenceId = type => IsInline(type.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "Rollcall", Version = "1", Description = "Knows every live agent session and tells everyone who watches." };
            document.Servers?.Clear();
            Fields.Explain(document.Components!.Schemas!);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            Refine(schema, context.JsonTypeInfo.Type);
            Fields.Require(schema, context.JsonTypeInfo);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(Complete);
    });

    /// <summary>Maps <c>/openapi/v1.json</c>.</summary>
    public static void MapDescription(this WebApplication app)
    {
        // To make it takes tens of milliseconds of a core, and anybody may ask for it.
        Task<ReadOnlyMemory<byte>>? description = null;
        app.MapGet("/openapi/{documentName}.json", async Task<IResult> (string documentName) => documentName == Document
            ? Results.Bytes(await Description(), "application/json;charset=utf-8") : Problem.NotFound($"the only description is /openapi/{Document}.json"))
            .ExcludeFromDescription();
        AsyncApi.Map(app);

        Task<ReadOnlyMemory<byte>> Description() => description is { IsFaulted: false } ? description
            : description = Describe(app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Document));
    }

    private static async Task<ReadOnlyMemory<byte>> Describe(IOpenApiDocumentProvider provider)
    {
        var json = new MemoryStream();
        await (await provider.GetOpenApiDocumentAsync()).SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1);
        return json.ToArray();
    }

    /// <summary>What has no name of its own: a field that may be absent, and any JSON.</summary>
    private static bool IsInline(Type type) => type == typeof(JsonElement) || type == typeof(JsonElement?)
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>));

    /// <summary>Gives the types that converters write the form they have on the wire.</summary>
    private static void Refine(OpenApiSchema schema, Type type)
    {
        if (type == typeof(CreateSession))
        {
            // Among commands, too, it may be called as on its own route: BatchApi reads it.
            schema.Properties!["id"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "As session_id." };
        }

        // A name stands for its enum wherever it is used, which says itself where it may be null.
        if (WireSchema.Own(Nullable.GetUnderlyingType(type) is { IsEnum: true } named ? named : type) is not { } own)
        {
            return;
        }

        schema.Type = TypesOf(own["type"]);
        schema.Format = own["format"]?.GetValue<string>();
        schema.Enum = own["enum"]?.AsArray().Where(value => value is not null).Select(value => value!.DeepClone()).ToList();
        schema.Properties = null;
        schema.AdditionalProperties = own.ContainsKey("additionalProperties") ? new OpenApiSchema() : null;
    }

    private static JsonSchemaType? TypesOf(JsonNode? type)
    {
        var names = type switch { JsonArray several => several.Select(name => name!.GetValue<string>()), { } one => [one.GetValue<string>()], null => [] };
        return names.Aggregate((JsonSchemaType?)null, (types, name) => (types ?? 0) | Enum.Parse<JsonSchemaType>(name, ignoreCase: true));
    }

    /// <summary>Adds what routes do not say by themselves: their query, who may use them, and how they refuse.</summary>
    private static async Task Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        var route = context.Description;
        operation.Parameters ??= [];
        foreach (var parameter in route.ActionDescriptor.EndpointMetadata.OfType<QueryParameter>())
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Query,
                Description = parameter.Says,
                Schema = new OpenApiSchema { Type = parameter.IsNumber ? JsonSchemaType.Integer : JsonSchemaType.String },
            });
        }

        if (route.HttpMethod == "POST" && !route.ActionDescriptor.EndpointMetadata.OfType<SecretAnswer>().Any())
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = "Idempotency-Key",
                In = ParameterLocation.Header,
                Description = "The same key within 24 h gets the same answer and changes nothing.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 255 },
            });
        }

        if (AccessTable.Find(route.HttpMethod ?? "", "/" + route.RelativePath) is { } access)
        {
            operation.Description = $"Scope: {access.Needed}.";
        }

        if (route.ActionDescriptor.EndpointMetadata.OfType<BodyShape>().FirstOrDefault() is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody { Content = Content("application/json", await context.GetOrCreateSchemaAsync(body.Type, null, cancel)) };
        }

        operation.Responses ??= [];
        operation.Responses.TryAdd("default", new OpenApiResponse
        {
            Description = "Problem details (RFC 9457) with a stable `code`.",
            Content = Content(Problem.ContentType, new OpenApiSchemaReference(nameof(ProblemBody), context.Document)),
        });
    }

    private static Dictionary<string, OpenApiMediaType> Content(string name, IOpenApiSchema schema) => new() { [name] = new() { Schema = schema } };
}

using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Api;

/// <summary>The JSON of the HTTP API's own requests and answers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(UtcTime)])]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(NewSession))]
[JsonSerializable(typeof(MessageForOwner))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(CommandAnswer))]
[JsonSerializable(typeof(Told))]
[JsonSerializable(typeof(SessionOwner))]
[JsonSerializable(typeof(SessionList))]
[JsonSerializable(typeof(SessionCountAnswer))]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(FleetAnswer))]
[JsonSerializable(typeof(FleetThen))]
[JsonSerializable(typeof(IReadOnlyList<BatchItem>))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ReadyAnswer))]
[JsonSerializable(typeof(object))]
public sealed partial class ApiJson : JsonSerializerContext
{
    // Lazily: the generated part's own fields come first.
    private static readonly Lazy<JsonSerializerOptions> Strict = new(() =>
        Configure(new JsonSerializerOptions { MaxDepth = RequestLimits.JsonDepth, AllowDuplicateProperties = false }));

    private static readonly Lazy<JsonSerializerOptions> Writing = new(() => Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web)));

    /// <summary>How requests are read: strict types, no field twice, no deeper than the limit.</summary>
    public static JsonSerializerOptions Reading => Strict.Value;

    /// <summary>Sets the names, the times and the types of the wire.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowOutOfOrderMetadataProperties = true;
        options.Converters.Add(new UtcTime());
        options.TypeInfoResolver = JsonTypeInfoResolver.Combine(Default, ProtocolJson.Default, new DefaultJsonTypeInfoResolver());
        return options;
    }

    /// <summary>How a type of answer is written: with what was generated for it, where there is something.</summary>
    public static JsonTypeInfo<T> Answer<T>() => (JsonTypeInfo<T>)(Default.GetTypeInfo(typeof(T)) ?? Writing.Value.GetTypeInfo(typeof(T)));

    /// <summary>How a type of request is read.</summary>
    public static JsonTypeInfo<T> Request<T>() => (JsonTypeInfo<T>)Reading.GetTypeInfo(typeof(T));
}

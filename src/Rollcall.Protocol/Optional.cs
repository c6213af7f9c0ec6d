using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Protocol;

/// <summary>A field that may be absent, which is not the same as null: absent leaves a value, null clears it.</summary>
/// <typeparam name="T">The field's type, nullable where null clears.</typeparam>
public readonly record struct Optional<T>(T Value)
{
    /// <summary>Whether the field was given at all.</summary>
    public bool HasValue { get; } = true;

    /// <summary>The field's value when it was given, else what is there now.</summary>
    public T Or(T current) => HasValue ? Value : current;

    /// <summary>A given field.</summary>
    public static implicit operator Optional<T>(T value) => new(value);
}

/// <summary>Reads and writes the value of an <see cref="Optional{T}"/>; an absent one is left out by the property's own rule.</summary>
public sealed class OptionalConverter<T> : JsonConverter<Optional<T>>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return new(JsonSerializer.Deserialize(ref reader, Info(options))!);
        }
        catch (JsonException wrong) when (wrong.Path == "$" && wrong.InnerException is not JsonException)
        {
            // Without a path of its own, so that the field's is told.
            throw new JsonException(wrong.Message, wrong.InnerException);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Value, Info(options));

    private static System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> Info(JsonSerializerOptions options) =>
        (System.Text.Json.Serialization.Metadata.JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Protocol;

/// <summary>Writes a time as RFC 3339 UTC with milliseconds and <c>Z</c>; reads any RFC 3339 time.</summary>
public sealed class UtcTime : JsonConverter<DateTimeOffset>
{
    /// <summary>Characters of a time to the millisecond.</summary>
    private const int Milliseconds = 23;

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time)
            ? time.ToUniversalTime()
            : throw new JsonException("must be an RFC 3339 time.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => Write(writer, value);

    /// <summary>Writes a time without a serializer.</summary>
    internal static void Write(Utf8JsonWriter writer, DateTimeOffset value)
    {
        // The round-trip form has seven digits of a second; it is written without the interpretation of a pattern.
        Span<byte> text = stackalloc byte[28];
        value.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[Milliseconds] = (byte)'Z';
        writer.WriteStringValue(text[..(Milliseconds + 1)]);
    }
}

/// <summary>Writes an enum as its snake_case name and reads only those names.</summary>
public sealed class SnakeCaseEnum<T> : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && WireName<T>.TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException($"must be one of {WireName<T>.List}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(WireName<T>.Of(value));
}

/// <summary>The names of an enum's values on the wire.</summary>
/// <typeparam name="T">The enum.</typeparam>
public static class WireName<T>
    where T : struct, Enum
{
    private static readonly T[] Values = Enum.GetValues<T>();
    private static readonly string[] Names = Array.ConvertAll(Enum.GetNames<T>(), JsonNamingPolicy.SnakeCaseLower.ConvertName);

    /// <summary>All names, separated by commas, for messages.</summary>
    public static string List { get; } = string.Join(", ", Names);

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name of a value.</summary>
    public static string Of(T value) => Names[Array.IndexOf(Values, value)];

    /// <summary>Finds the value of a name; case matters.</summary>
    public static bool TryParse(string? name, out T value)
    {
        var index = Array.IndexOf(Names, name);
        value = index < 0 ? default : Values[index];
        return index >= 0;
    }
}

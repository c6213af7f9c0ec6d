using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;
using Rollcall.Server.Sockets.Direct;

namespace Rollcall.Server.Api;

/// <summary>Reads what a request carries, and says in the field's own words what is wrong with it.</summary>
public static class Body
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The whole body, but for a byte order mark before it; the server refuses one that is larger than the limit.</summary>
    /// <exception cref="ConnectionResetException">The client has gone before it was whole.</exception>
    /// <exception cref="BadHttpRequestException">It is too large, comes too slowly, or too much is held of unfinished ones.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> Bytes(HttpRequest request)
    {
        var reader = request.BodyReader;
        var context = request.HttpContext;
        using var unfinished = new UnfinishedInput.Share(() => (
            context.RequestServices.GetRequiredService<UnfinishedInput>(),
            UnfinishedInput.HolderOf(context.Features.Get<Principal>(), context.Connection.RemoteIpAddress)));
        using var waiting = context.Features.Get<ServedConnection>()?.Wait();
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync(CancellationToken.None);
            }
            catch (Exception failure) when (IsCutOff(failure))
            {
                throw Gone(failure);
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                if (SocketThreads.MayBeCurrent)
                {
                    await Task.Yield();
                }

                return bytes.AsMemory(MarkLength(bytes));
            }

            if (unfinished.Hold(read.Buffer.Length) is { } refused)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw new BadHttpRequestException(refused.Message, Problem.StatusOf(refused.Code));
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Reads a JSON object; an empty body is one without fields.</summary>
    public static ValueTask<(T? Value, Problem? Problem)> Read<T>(HttpRequest request)
        where T : class
    {
        // A small body has come with its header, and is parsed where it lies.
        ReadResult read;
        try
        {
            if (!request.BodyReader.TryRead(out read))
            {
                return ReadAll<T>(request);
            }
        }
        catch (Exception failure) when (IsCutOff(failure))
        {
            throw Gone(failure);
        }

        if (!read.IsCompleted || !read.Buffer.IsSingleSegment)
        {
            request.BodyReader.AdvanceTo(read.Buffer.Start);
            return ReadAll<T>(request);
        }

        var text = read.Buffer.FirstSpan;
        var parsed = Parse<T>(text[MarkLength(text)..]);
        request.BodyReader.AdvanceTo(read.Buffer.End);
        return new(parsed);
    }

    /// <summary>
    /// Whether nothing more comes of a body, as the web server tells by an exception of no kind of its own, and by a cancellation where the hub
    /// has cut the connection off; by the others the client has sent something that it is to be told of.
    /// </summary>
    private static bool IsCutOff(Exception failure) => failure is OperationCanceledException
        || (failure is IOException and not BadHttpRequestException && failure.InnerException is not OverflowException);

    private static ConnectionResetException Gone(Exception failure) => new("the client has gone before its request was whole", failure);

    private static int MarkLength(ReadOnlySpan<byte> text) => text.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;

    private static async ValueTask<(T? Value, Problem? Problem)> ReadAll<T>(HttpRequest request)
        where T : class => Parse<T>((await Bytes(request)).Span);

    /// <summary>Parses a JSON object; nothing is one without fields.</summary>
    public static (T? Value, Problem? Problem) Parse<T>(ReadOnlySpan<byte> json)
        where T : class
    {
        var trimmed = json.Trim(" \t\r\n"u8);
        try
        {
            return JsonSerializer.Deserialize(trimmed.IsEmpty ? "{}"u8 : trimmed, ApiJson.Request<T>()) is { } value
                ? (value, null) : (null, NoObject());
        }
        catch (JsonException wrong)
        {
            if (Unreadable(trimmed) is { } unreadable)
            {
                return (null, unreadable);
            }

            var given = JsonElement.Parse(trimmed);
            return typeof(T) == typeof(Command) && WithoutReserved(given) is { } rest ? Parse<T>(rest) : (null, Explain(wrong, ApiJson.Request<T>(), given));
        }
        catch (NotSupportedException) when (typeof(T) == typeof(Command))
        {
            // Without its type it is no command.
            return (null, Problem.Invalid("type", "is required"));
        }
    }

    /// <summary>What is wrong with a text before anybody asks what it says: it is not JSON, nests too deeply or holds text that is none. Null when nothing is.</summary>
    public static Problem? Unreadable(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonText.Wrong(json, "body") is (var field, var rule) ? Problem.Invalid(field, rule) : null;
        }
        catch (JsonException syntax)
        {
            return new(ErrorCodes.InvalidRequest, $"the body is not valid JSON: {FirstSentence(syntax.Message)}");
        }
    }

    /// <summary>A field that is given twice; null when none is.</summary>
    /// <param name="json">What is readable.</param>
    public static Problem? Twice(JsonElement json) => JsonText.Twice(json) is { } field ? Problem.Invalid(field, "is given twice") : null;

    /// <summary>What is wrong with JSON.</summary>
    /// <param name="wrong">What the framework says of it.</param>
    /// <param name="type">What it was read as.</param>
    /// <param name="given">The JSON, which is readable.</param>
    public static Problem Explain(JsonException wrong, JsonTypeInfo type, JsonElement given) =>
        wrong.Message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase) && Twice(given) is { } twice ? twice
            : Names(wrong.Path) is { } names && AtFault(wrong, type, given, names) is var (field, rule) ? Problem.Invalid(field, rule)
            : wrong.Message.Contains("discriminator", StringComparison.Ordinal) ? Problem.Invalid("type", "is not a command")
            : NoObject();

    private static Problem NoObject() => new(ErrorCodes.InvalidRequest, "the body must be a JSON object");

    /// <summary>The names of a path such as <c>$.usage.input_tokens</c>, up to what is none, as in <c>$.images[0]</c>; null where it begins so, as <c>$['odd name']</c> does.</summary>
    private static string[]? Names(string? path) => path is { Length: > 2 } && path[1] == '.'
        ? path[2..].Split('[', 2)[0].Split('.') : null;

    /// <summary>Which field breaks which rule: the innermost whose type is known.</summary>
    private static (string Field, string Rule) AtFault(JsonException wrong, JsonTypeInfo type, JsonElement given, ReadOnlySpan<string> names)
    {
        if (names.Length > 1 && TypeOf(type, names[0]) is { } holder && type.Options.GetTypeInfo(holder) is { Kind: JsonTypeInfoKind.Object } inner
            && given.TryGetProperty(names[0], out var held) && held.ValueKind == JsonValueKind.Object)
        {
            var (field, rule) = AtFault(wrong, inner, held, names[1..]);
            return ($"{names[0]}.{field}", rule);
        }

        return (names[0], Rule(wrong, type, given, names[0]));
    }

    /// <summary>
    /// A command without the fields whose names begin with <c>$</c>, which the framework keeps for itself where types are told apart, and
    /// which are unknown here as any other; null when it has none.
    /// </summary>
    private static byte[]? WithoutReserved(JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.Object || !given.EnumerateObject().Any(IsReserved))
        {
            return null;
        }

        var rest = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(rest);
        json.WriteStartObject();
        foreach (var field in given.EnumerateObject().Where(field => !IsReserved(field)))
        {
            field.WriteTo(json);
        }

        json.WriteEndObject();
        json.Flush();
        return rest.WrittenSpan.ToArray();
    }

    private static bool IsReserved(JsonProperty field) => field.Name.StartsWith('$');

    /// <summary>What a field must be: in the words of its own converter, or by its type, as the framework's text names only what holds it.</summary>
    private static string Rule(JsonException wrong, JsonTypeInfo type, JsonElement given, string field) =>
        wrong.Message.StartsWith("must ", StringComparison.Ordinal) ? FirstSentence(wrong.Message).TrimEnd('.')
        : TypeOf(type, field) is { } expected ? Rule(expected, given.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number)
        : type.PolymorphismOptions?.TypeDiscriminatorPropertyName == field ? "must be the name of a command"
        : "has the wrong type";

    private static string Rule(Type type, bool isNumber) =>
        type == typeof(string) ? "must be a string"
        : type == typeof(bool) ? "must be true or false"
        : type == typeof(int) && isNumber ? "must be a whole number in plain digits, of at most 32 bits"
        : type == typeof(long) && isNumber ? "must be a whole number in plain digits, of at most 64 bits"
        : type == typeof(int) || type == typeof(long) ? "must be a whole number"
        : type == typeof(decimal) && isNumber ? "must be a number of at most 28 digits"
        : type == typeof(decimal) || type == typeof(double) ? "must be a number"
        : type.IsAssignableTo(typeof(IEnumerable<string>)) ? "must be an array of strings"
        : type.IsClass && !type.IsAssignableTo(typeof(System.Collections.IEnumerable)) ? "must be a JSON object"
        : "has the wrong type";

    /// <summary>The type of a field, whether it may be absent or null or not; of a command, the field of whichever command has it.</summary>
    private static Type? TypeOf(JsonTypeInfo type, string field)
    {
        var types = type.PolymorphismOptions is { } kinds ? kinds.DerivedTypes.Select(kind => type.Options.GetTypeInfo(kind.DerivedType)) : [type];
        var found = types.SelectMany(kind => kind.Properties).FirstOrDefault(property => property.Name == field)?.PropertyType;
        found = found is { IsGenericType: true } && found.GetGenericTypeDefinition() == typeof(Optional<>) ? found.GetGenericArguments()[0] : found;
        return found is null ? null : Nullable.GetUnderlyingType(found) ?? found;
    }

    private static string FirstSentence(string message) => message.Split(" Path:", 2)[0].Split(" LineNumber:", 2)[0].Trim();
}

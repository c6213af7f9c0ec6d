using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Protocol;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Api;

/// <summary>Reads what a request carries, and says in the field's own words what is wrong with it.</summary>
public static class Body
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The whole body, but for a byte order mark before it; the server refuses one that is larger than the limit.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> Bytes(HttpRequest request)
    {
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None);
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

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The whole body as JSON, whatever it says.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static async ValueTask<JsonDocument> Json(HttpRequest request) => JsonDocument.Parse(await Bytes(request));

    /// <summary>Reads a JSON object; an empty body is one without fields.</summary>
    public static ValueTask<(T? Value, Problem? Problem)> Read<T>(HttpRequest request)
        where T : class
    {
        // A small body has come with its header, and is parsed where it lies.
        if (!request.BodyReader.TryRead(out var read))
        {
            return ReadAll<T>(request);
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

    private static int MarkLength(ReadOnlySpan<byte> text) => text.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;

    private static async ValueTask<(T? Value, Problem? Problem)> ReadAll<T>(HttpRequest request)
        where T : class => Parse<T>((await Bytes(request)).Span);

    /// <summary>Parses a JSON object; nothing is one without fields.</summary>
    public static (T? Value, Problem? Problem) Parse<T>(ReadOnlySpan<byte> json)
        where T : class
    {
        try
        {
            var trimmed = json.Trim(" \t\r\n"u8);
            return JsonSerializer.Deserialize(trimmed.IsEmpty ? "{}"u8 : trimmed, ApiJson.Request<T>()) is { } value
                ? (value, null) : (null, NoObject());
        }
        catch (JsonException wrong)
        {
            return (null, Explain(wrong));
        }
        catch (NotSupportedException) when (typeof(T) == typeof(Command))
        {
            // Without its type it is no command.
            return (null, Problem.Invalid("type", "is required"));
        }
    }

    /// <summary>What is wrong with a JSON text.</summary>
    public static Problem Explain(JsonException wrong) =>
        wrong.InnerException is JsonException syntax ? new(ErrorCodes.InvalidRequest, $"the body is not valid JSON: {FirstSentence(syntax.Message)}")
            : Field(wrong.Path) is { } field ? Problem.Invalid(field, Rule(wrong.InnerException is { } inner && inner.Message.Contains("UTF-", StringComparison.Ordinal) ? inner.Message : wrong.Message))
            : wrong.Message.Contains("discriminator", StringComparison.Ordinal) ? Problem.Invalid("type", "is not a command")
            : wrong.Message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase) ? new(ErrorCodes.InvalidRequest, "a field is given twice")
            : NoObject();

    private static Problem NoObject() => new(ErrorCodes.InvalidRequest, "the body must be a JSON object");

    /// <summary>The first name of a path such as <c>$.metadata.a[0]</c> or <c>$['odd name']</c>.</summary>
    private static string? Field(string? path) => path is { Length: > 2 } && path[1] == '.'
        ? path[2..].Split('.', '[')[0] : null;

    /// <summary>
    /// What a field must be, out of the framework's own text: <c>The JSON value could not be converted to System.Boolean.
    /// Path: …</c> or <c>Cannot get the value of a token type 'String' as a number. Path: …</c>
    /// </summary>
    private static string Rule(string message) => message switch
    {
        _ when message.StartsWith("must ", StringComparison.Ordinal) => FirstSentence(message).TrimEnd('.'),
        _ when message.Contains("UTF-", StringComparison.Ordinal) => "must be valid Unicode text",
        _ when message.Contains("System.Int", StringComparison.Ordinal) => "must be a whole number",
        _ when message.Contains("as a number", StringComparison.Ordinal) || message.Contains("System.Decimal", StringComparison.Ordinal) || message.Contains("System.Double", StringComparison.Ordinal) => "must be a number",
        _ when message.Contains("as a boolean", StringComparison.Ordinal) || message.Contains("System.Boolean", StringComparison.Ordinal) => "must be true or false",
        _ when message.Contains("as a string", StringComparison.Ordinal) || message.Contains("System.String", StringComparison.Ordinal) => "must be a string",
        _ when message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase) => "is given twice",
        _ => "has the wrong type",
    };

    private static string FirstSentence(string message) => message.Split(" Path:", 2)[0].Split(" LineNumber:", 2)[0].Trim();
}

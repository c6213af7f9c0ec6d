using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rollcall.Server.Api;

/// <summary>An answer as JSON, in a buffer that a later answer uses again: every command is answered by most of a kilobyte.</summary>
internal sealed class AnswerText
{
    /// <summary>A larger one is not kept.</summary>
    private const int MostKept = 16 * 1024;

    /// <summary>The one that nobody uses.</summary>
    [ThreadStatic]
    private static AnswerText? s_free;

    [ThreadStatic]
    private static Utf8JsonWriter? s_json;

    private readonly ArrayBufferWriter<byte> text = new(1024);

    /// <summary>The text, until it is released.</summary>
    public ReadOnlyMemory<byte> Written => text.WrittenMemory;

    /// <summary>Writes an answer, which its writer alone has from now on.</summary>
    public static AnswerText Of<T>(T value, JsonTypeInfo<T> type)
    {
        var answer = s_free ?? new AnswerText();
        s_free = null;
        answer.text.ResetWrittenCount();
        var json = s_json ??= new Utf8JsonWriter(answer.text, new JsonWriterOptions { SkipValidation = true });
        json.Reset(answer.text);
        JsonSerializer.Serialize(json, value, type);
        json.Flush();
        if (answer.text.Capacity > MostKept)
        {
            // It would keep what it has written into.
            s_json = null;
        }

        return answer;
    }

    /// <summary>Gives the buffer back, on whatever thread. Who fails on the way keeps it.</summary>
    public void Release() => s_free = text.Capacity <= MostKept ? this : s_free;
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rollcall.Server.Api;

/// <summary>
/// An answer as JSON, in a buffer that later answers use again: every command is answered by most of a kilobyte, and a list by
/// what the runtime would take for a large object, which only a collection of the whole heap takes back. It escapes as the framework's answers do.
/// </summary>
internal sealed class AnswerText : IBufferWriter<byte>
{
    /// <summary>Its type.</summary>
    public const string ContentType = "application/json; charset=utf-8";

    private const int Usual = 1024;

    /// <summary>A larger buffer goes back to the pool with its answer.</summary>
    private const int MostKept = 16 * 1024;

    /// <summary>The one that nobody uses.</summary>
    [ThreadStatic]
    private static AnswerText? s_free;

    [ThreadStatic]
    private static Utf8JsonWriter? s_json;

    private byte[] buffer = [];
    private int written;

    /// <summary>The text, until it is released.</summary>
    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, written);

    /// <summary>Writes an answer, which its writer alone has from now on.</summary>
    public static AnswerText Of<T>(T value, JsonTypeInfo<T> type)
    {
        var answer = s_free ?? new AnswerText();
        s_free = null;
        var json = s_json ??= new Utf8JsonWriter(answer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        json.Reset(answer);
        JsonSerializer.Serialize(json, value, type);
        json.Flush();
        return answer;
    }

    /// <summary>Gives the buffer back, on whatever thread. Who fails on the way keeps it.</summary>
    public void Release()
    {
        written = 0;
        if (buffer.Length > MostKept)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }

        s_free = this;
    }

    void IBufferWriter<byte>.Advance(int count) => written += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => Room(sizeHint);

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => Room(sizeHint).Span;

    private Memory<byte> Room(int least)
    {
        if (buffer.Length - written < Math.Max(1, least))
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Usual, Math.Max(2 * buffer.Length, written + least)));
            Written.Span.CopyTo(larger);
            if (buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            buffer = larger;
        }

        return buffer.AsMemory(written);
    }
}

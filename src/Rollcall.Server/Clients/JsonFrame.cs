using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rollcall.Protocol;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients;

/// <summary>Writes a protocol's JSON messages as finished text frames, one message each.</summary>
internal static class JsonFrame
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly UtcTime Time = new();

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_text;

    [ThreadStatic]
    private static Utf8JsonWriter? s_json;

    /// <summary>Writes a time as everywhere on the wire.</summary>
    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset at)
    {
        json.WritePropertyName(name);
        Time.Write(json, at, ProtocolJson.Default.Options);
    }

    /// <summary>Adds the frame of one message, which must be one JSON value.</summary>
    public static void Write(IBufferWriter<byte> frames, Action<Utf8JsonWriter> say)
    {
        var text = s_text ??= new ArrayBufferWriter<byte>(1024);
        var json = s_json ??= new Utf8JsonWriter(text, Options);
        text.ResetWrittenCount();
        json.Reset(text);
        say(json);
        json.Flush();
        WebSocketFrame.WriteText(frames, default, text.WrittenSpan, default);
    }

    /// <summary>The frame of one message.</summary>
    public static ReadOnlyMemory<byte> Of(Action<Utf8JsonWriter> say)
    {
        var frame = new ArrayBufferWriter<byte>(128);
        Write(frame, say);
        return frame.WrittenMemory;
    }
}

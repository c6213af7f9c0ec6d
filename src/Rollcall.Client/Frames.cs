using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rollcall.Client;

/// <summary>
/// Phoenix Channels V2 text frames, <c>["4","5","session:a","send_message",{"text":"hi"}]</c>; see
/// <c>docs/protocol.md</c>. Stateless.
/// </summary>
internal static class Frames
{
    /// <summary>Each letter as it is, not six bytes for it: what a message may have is counted in bytes.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(string? joinRef, string reference, string topic, string name, Action<Utf8JsonWriter> payload)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartArray();
            json.WriteStringValue(joinRef);
            json.WriteStringValue(reference);
            json.WriteStringValue(topic);
            json.WriteStringValue(name);
            payload(json);
            json.WriteEndArray();
        }

        return buffer.WrittenMemory;
    }

    public static void Nothing(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteEndObject();
    }

    /// <summary>The payload of a join: <c>{"epoch":"k3f9","after":812,"events":["session_status"],"role":"owner"}</c>.</summary>
    public static void WriteJoin(Utf8JsonWriter json, JoinOptions options, Cursor? from)
    {
        json.WriteStartObject();
        if (from is not null)
        {
            json.WriteString("epoch", from.Epoch);
            json.WriteNumber("after", from.After);
        }

        if (!options.Snapshot)
        {
            json.WriteBoolean("snapshot", false);
        }

        if (options.Events is { } events)
        {
            json.WriteStartArray("events");
            foreach (var name in events)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }

        if (options.AsOwner)
        {
            json.WriteString("role", "owner");
        }

        json.WriteEndObject();
    }

    /// <summary>Reads a frame; the payload's bytes are copied out of it. Null when it is none; trailing items are ignored.</summary>
    public static Frame? Read(ReadOnlySpan<byte> text)
    {
        try
        {
            var json = new Utf8JsonReader(text);
            if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
            {
                return null;
            }

            var heads = new string?[4];
            for (var i = 0; i < heads.Length; i++)
            {
                json.Read();
                heads[i] = json.GetString();
            }

            if (!json.Read() || json.TokenType == JsonTokenType.EndArray)
            {
                return null;
            }

            var start = (int)json.TokenStartIndex;
            json.Skip();
            return new Frame(heads[0], heads[1], heads[2] ?? "", heads[3] ?? "", text[start..(int)json.BytesConsumed].ToArray());
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>What the hub sent.</summary>
internal sealed record Frame(string? JoinRef, string? Ref, string Topic, string Event, byte[] Payload)
{
    public JsonElement Json => JsonElement.Parse(Payload);
}

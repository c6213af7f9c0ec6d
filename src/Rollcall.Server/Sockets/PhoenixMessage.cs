using System.Text;
using System.Text.Json;

namespace Rollcall.Server.Sockets;

/// <summary>What a Phoenix client sent, text or binary.</summary>
/// <param name="JoinRef">Names the client's join of the topic; null outside a channel.</param>
/// <param name="Ref">Names this message, for its reply.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Event">The event.</param>
/// <param name="Payload">Must be an object; undefined for a binary push, whose bytes are nobody's here, and where it is wrong.</param>
internal sealed record PhoenixMessage(string? JoinRef, string? Ref, string Topic, string Event, JsonElement Payload)
{
    /// <summary>What is wrong with a payload that is none.</summary>
    public const string NoObject = "payload must be a JSON object";

    /// <summary>What is wrong with the payload; null when nothing is.</summary>
    public string? PayloadWrong { get; private init; } =
        Payload.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined ? null : NoObject;

    /// <summary>Reads <c>["4","5","session:a","send_message",{"text":"hi"}]</c>; trailing items are ignored.</summary>
    /// <returns>Null, and what is wrong, when it is not such a message.</returns>
    public static PhoenixMessage? Parse(ReadOnlyMemory<byte> text, out string? wrong)
    {
        try
        {
            using var document = JsonText.Parse(text, around: 1);
            var root = document.RootElement;
            wrong = Wrong(root);
            return wrong is null
                ? new PhoenixMessage(root[0].GetString(), root[1].GetString(), root[2].GetString()!, root[3].GetString()!, root[4].Clone())
                : null;
        }
        catch (JsonException)
        {
            var message = ParseApart(text);
            wrong = message is null ? "the message must be JSON: [join_ref, ref, topic, event, payload]" : null;
            return message;
        }
    }

    /// <summary>Reads a binary push: a zero byte, four lengths of one byte, join_ref, ref, topic, event, data. It has no null: a ref that is empty is none.</summary>
    public static PhoenixMessage? ParseBinary(ReadOnlySpan<byte> frame, out string? wrong)
    {
        wrong = "a binary message must be a push: 0, four lengths, join_ref, ref, topic, event, data";
        if (frame.Length < 5 || frame[0] != 0 || frame.Length < 5 + frame[1] + frame[2] + frame[3] + frame[4])
        {
            return null;
        }

        var rest = frame[5..];
        var parts = new string[4];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = Encoding.UTF8.GetString(rest[..frame[i + 1]]);
            rest = rest[frame[i + 1]..];
        }

        wrong = null;
        return new PhoenixMessage(Ref(parts[0]), Ref(parts[1]), parts[2], parts[3], default);

        static string? Ref(string text) => text.Length == 0 ? null : text;
    }

    /// <summary>
    /// Reads a message item by item: where its payload is wrong although it is JSON, it can be answered by its ref, and what is wrong
    /// behind the payload is nobody's.
    /// </summary>
    private static PhoenixMessage? ParseApart(ReadOnlyMemory<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text.Span, new JsonReaderOptions { MaxDepth = text.Length });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return null;
            }

            var names = new string?[4];
            for (var i = 0; i < names.Length; i++)
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String && (i >= 2 || reader.TokenType != JsonTokenType.Null))
                {
                    return null;
                }

                names[i] = reader.GetString();
            }

            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var payload = text.Span[start..(int)reader.BytesConsumed];
            while (reader.Read())
            {
                // The rest must be JSON, too.
            }

            var wrong = payload[0] != '{' ? NoObject : JsonText.Wrong(payload, "payload") is (var field, var rule) ? $"{field} {rule}" : null;
            return new PhoenixMessage(names[0], names[1], names[2]!, names[3]!, wrong is null ? JsonElement.Parse(payload) : default) { PayloadWrong = wrong };
        }
        catch (Exception unread) when (unread is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Wrong(JsonElement root) =>
        root.ValueKind != JsonValueKind.Array || root.GetArrayLength() < 5
            ? "the message must be an array: [join_ref, ref, topic, event, payload]"
        : root[0].ValueKind is not (JsonValueKind.String or JsonValueKind.Null) ? "join_ref must be a string or null"
        : root[1].ValueKind is not (JsonValueKind.String or JsonValueKind.Null) ? "ref must be a string or null"
        : root[2].ValueKind != JsonValueKind.String ? "topic must be a string"
        : root[3].ValueKind != JsonValueKind.String ? "event must be a string"
        : null;
}

using System.Buffers;
using System.Text.Json;

namespace Rollcall.Server.Clients.Agentcmd;

/// <summary>The envelope of agentcmd's messages, and those that are for one client alone.</summary>
internal static class AgentcmdFrames
{
    /// <summary>The channel that everybody hears.</summary>
    public const string Global = "global";

    /// <summary>The channel of one session.</summary>
    public static string Session(string id) => "session:" + id;

    /// <summary>Adds a message.</summary>
    public static void Write(IBufferWriter<byte> frames, string channel, string type, Action<Utf8JsonWriter> data) => JsonFrame.Write(frames, json =>
    {
        json.WriteStartObject();
        json.WriteString("channel", channel);
        json.WriteString("type", type);
        json.WriteStartObject("data");
        data(json);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    public static ReadOnlyMemory<byte> Connected(string userId, DateTimeOffset now) => Of(Global, "connected", json =>
    {
        json.WriteNumber("timestamp", now.ToUnixTimeMilliseconds());
        json.WriteString("userId", userId);
    });

    public static ReadOnlyMemory<byte> Pong(DateTimeOffset now) => Of(Global, "pong", json => json.WriteNumber("timestamp", now.ToUnixTimeMilliseconds()));

    public static ReadOnlyMemory<byte> Error(string error, string message) => Of(Global, "error", json =>
    {
        json.WriteString("error", error);
        json.WriteString("message", message);
    });

    public static ReadOnlyMemory<byte> Acknowledged(string channel) => Of(Global, "subscription_success", json => json.WriteString("channel", channel));

    public static ReadOnlyMemory<byte> Denied(string channel, string error) => Of(Global, "subscription_error", json =>
    {
        json.WriteString("channel", channel);
        json.WriteString("error", error);
    });

    public static ReadOnlyMemory<byte> SessionError(string id, string error, string? code) => Of(Session(id), "error", json => WriteError(json, id, error, code));

    /// <summary>What an error on a session's channel says.</summary>
    public static void WriteError(Utf8JsonWriter json, string id, string error, string? code)
    {
        json.WriteString("error", error);
        json.WriteString("sessionId", id);
        if (code is not null)
        {
            json.WriteString("code", code);
        }
    }

    /// <summary>The frame of one message.</summary>
    public static ReadOnlyMemory<byte> Of(string channel, string type, Action<Utf8JsonWriter> data)
    {
        var frame = new ArrayBufferWriter<byte>(256);
        Write(frame, channel, type, data);
        return frame.WrittenMemory;
    }
}

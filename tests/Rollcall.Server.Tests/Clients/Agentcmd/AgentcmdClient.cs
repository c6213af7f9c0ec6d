using System.Text.Json;

namespace Rollcall.Server.Tests.Clients.Agentcmd;

/// <summary>Speaks agentcmd's protocol by hand.</summary>
internal static class AgentcmdClient
{
    /// <summary>A token of another server: three parts of base64url, as JSON Web Tokens are.</summary>
    public const string Foreign = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VySWQiOiJ1MSJ9.c2lnbmF0dXJl-_";

    public const string Address = "/ws?token=" + Foreign;

    /// <summary>Connects, and takes the <c>connected</c> without which the client would send nothing.</summary>
    public static async Task<JsonSocket> Open(TestHub hub, string? credential = null, string address = Address)
    {
        var socket = await JsonSocket.Open(hub, address, credential);
        Assert.Equal("connected", (await socket.Next()).Type());
        return socket;
    }

    public static string Type(this JsonElement message) => message.GetProperty("type").GetString()!;

    public static JsonElement Data(this JsonElement message) => message.GetProperty("data");

    public static string? Data(this JsonElement message, string field) =>
        message.Data().TryGetProperty(field, out var value) ? value.ToString() : null;

    public static Task Say(this JsonSocket socket, string channel, string type, object? data = null) => socket.Send(new { channel, type, data = data ?? new { } });

    /// <summary>Says something and gives the next message.</summary>
    public static async Task<JsonElement> Ask(this JsonSocket socket, string channel, string type, object? data = null)
    {
        await socket.Say(channel, type, data);
        return await socket.Next();
    }

    /// <summary>Subscribes to a session, and gives the state that it is told behind the acknowledgement.</summary>
    public static async Task<JsonElement> Subscribe(this JsonSocket socket, string id)
    {
        var answer = await socket.Ask($"session:{id}", "subscribe", new { sessionId = id });
        Assert.Equal($$$"""{"channel":"session:{{{id}}}","type":"subscribe_success","data":{"channel":"session:{{{id}}}"}}""", answer.GetRawText());
        return await socket.Next();
    }

    /// <summary>The next message is the answer to a ping: nothing else was told before.</summary>
    public static async Task HearsNothing(this JsonSocket socket) => Assert.Equal("pong", (await socket.Ask("global", "ping", new { timestamp = 1 })).Type());
}

using System.Text.Json;

namespace Rollcall.Server.Tests.Clients.Orc;

/// <summary>Speaks orc's protocol by hand.</summary>
internal static class OrcClient
{
    public const string Address = "/api/ws";

    public static bool IsAnswer(JsonElement message) => message.GetProperty("type").GetString() != "event";

    public static bool Is(this JsonElement message, string name) => !IsAnswer(message) && message.GetProperty("event").GetString() == name;

    /// <summary>Sends a message and gives the answer; events before it are dropped.</summary>
    public static async Task<JsonElement> Ask(this JsonSocket socket, object message)
    {
        await socket.Send(message);
        return await socket.Next(IsAnswer);
    }

    /// <summary>Subscribes, and gives the error when it is refused.</summary>
    public static async Task<string?> Subscribe(this JsonSocket socket, string id) => Error(await socket.Ask(new { type = "subscribe", task_id = id }));

    /// <summary>Gives a command, and gives the error when it is refused.</summary>
    public static async Task<string?> Command(this JsonSocket socket, string id, string action) =>
        Error(await socket.Ask(new { type = "command", task_id = id, action }));

    /// <summary>The next aggregate for which the check holds.</summary>
    public static async Task<JsonElement> Aggregate(this JsonSocket socket, Func<JsonElement, bool>? wanted = null) =>
        (await socket.Next(message => message.Is("session_update") && wanted?.Invoke(message.GetProperty("data")) != false)).GetProperty("data");

    private static string? Error(JsonElement answer) => answer.TryGetProperty("error", out var error) ? error.GetString() : null;
}

using System.Text.Json;

namespace Rollcall.Server.Tests.Clients.Kato;

/// <summary>Speaks KATO's protocol by hand.</summary>
internal static class KatoClient
{
    public const string Address = "/ws";

    public static Task<JsonSocket> Open(TestHub hub, string? credential = null) => JsonSocket.Open(hub, Address, credential);

    /// <summary>Asks over HTTP as KATO's pages do.</summary>
    public static HttpClient Page(this TestHub hub, string? credential = null)
    {
        var client = hub.Client(credential);
        client.DefaultRequestHeaders.Add("Accept", "application/json, text/plain, */*");
        return client;
    }

    public static bool Is(this JsonElement message, string type) => message.GetProperty("type").GetString() == type;

    /// <summary>Subscribes; it is not acknowledged.</summary>
    public static Task Subscribe(this JsonSocket socket, params string[] subscriptions) => socket.Send(new { type = "subscribe", subscriptions });

    /// <summary>The types of what is told up to the answer to a ping: everything that was told before it was asked.</summary>
    public static async Task<IReadOnlyList<string>> UpToNow(this JsonSocket socket)
    {
        List<string> told = [];
        await socket.Text("ping");
        while (await socket.Next() is var message && !message.Is("heartbeat"))
        {
            told.Add(message.GetProperty("type").GetString()!);
        }

        return told;
    }

    public static Task<JsonElement> Next(this JsonSocket socket, string type) => socket.Next(message => message.Is(type));

    /// <summary>The parts of the next figures.</summary>
    public static async Task<string> Parts(this JsonSocket socket) => Names((await socket.Next("realtime_update")).GetProperty("data"));

    /// <summary>The names of an object's fields, in order.</summary>
    public static string Names(JsonElement value) => string.Join(" ", value.EnumerateObject().Select(field => field.Name));
}

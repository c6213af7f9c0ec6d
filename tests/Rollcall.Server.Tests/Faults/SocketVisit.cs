using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Rollcall.Server.Tests.Faults;

/// <summary>One connection over the socket: joins, hears, perhaps leaves and joins again.</summary>
internal sealed class SocketVisit(Stage stage, IReadOnlyList<Ear> ears, Visit visit, ClientWebSocket socket)
{
    private readonly Dictionary<string, Ear> _joins = [];
    private int _ref;
    private bool _left;

    public static async Task Run(Stage stage, IReadOnlyList<Ear> ears, Visit visit, CancellationToken cancel)
    {
        using var lines = new HttpMessageInvoker(stage.Lines(visit.Plan));
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        var address = new UriBuilder(stage.Address(visit.Tls)) { Scheme = visit.Tls ? "wss" : "ws", Path = "/socket/websocket", Query = "vsn=2.0.0" };
        await socket.ConnectAsync(address.Uri, lines, cancel);
        await new SocketVisit(stage, ears, visit, socket).Follow(cancel);
    }

    private async Task Follow(CancellationToken cancel)
    {
        foreach (var ear in ears)
        {
            await Join(ear, cancel);
        }

        for (var heard = 0; !visit.IsDone() && await Next(cancel) is { } message; heard++)
        {
            using var frame = JsonDocument.Parse(message);
            await Take(frame.RootElement, cancel);
            if (heard == visit.RejoinAfter)
            {
                await Leave(ears[0], cancel);
            }
        }
    }

    private async Task Take(JsonElement frame, CancellationToken cancel)
    {
        var (topic, name, payload) = (frame[2].GetString()!, frame[3].GetString()!, frame[4]);
        if (ears.FirstOrDefault(ear => ear.Topic == topic) is not { } ear)
        {
            return;
        }

        switch (name)
        {
            case "phx_reply" when _joins.Remove(frame[1].GetString()!):
                Joined(ear, payload);
                break;
            case "phx_reply":
                break;
            case "phx_close" when _left && topic == ears[0].Topic:
                _left = false;
                await Join(ear, cancel);
                break;
            case "phx_close":
                ear.Complain("the hub closed the channel");
                break;
            case "resync":
                ear.Resyncs(payload);
                break;
            default:
                ear.Hear(stage.Keep(Told.Read(name, payload)));
                break;
        }
    }

    private void Joined(Ear ear, JsonElement reply)
    {
        var response = reply.GetProperty("response");
        if (!reply.GetProperty("status").ValueEquals("ok"))
        {
            ear.Complain($"a join was refused: {response.GetRawText()}");
        }
        else if (response.GetProperty("resumed").GetBoolean())
        {
            ear.Resumes(visit.Claim);
        }
        else
        {
            ear.StartsAnew(visit.Claim, response);
        }
    }

    private Task Join(Ear ear, CancellationToken cancel)
    {
        var reference = (++_ref).ToString(CultureInfo.InvariantCulture);
        _joins[reference] = ear;
        var payload = ear.Cursor(visit.Claim)?.Split('-') is [var epoch, var after] ? $$"""{"epoch":"{{epoch}}","after":{{after}}}""" : "{}";
        return Send($"""["{reference}","{reference}","{ear.Topic}","phx_join",{payload}]""", cancel);
    }

    private Task Leave(Ear ear, CancellationToken cancel)
    {
        _left = true;
        return Send($$"""[null,"{{++_ref}}","{{ear.Topic}}","phx_leave",{}]""", cancel);
    }

    private Task Send(string frame, CancellationToken cancel) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, cancel);

    /// <summary>The next whole message; null when the hub closes.</summary>
    private async Task<ReadOnlyMemory<byte>?> Next(CancellationToken cancel)
    {
        var (message, length) = (new byte[4096], 0);
        while (true)
        {
            var part = await socket.ReceiveAsync(message.AsMemory(length), cancel);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (part.EndOfMessage)
            {
                return message.AsMemory(0, length);
            }

            if (length == message.Length)
            {
                Array.Resize(ref message, 4 * length);
            }
        }
    }
}

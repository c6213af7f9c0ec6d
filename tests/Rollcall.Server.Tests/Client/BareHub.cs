using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rollcall.Client;

namespace Rollcall.Server.Tests.Client;

/// <summary>Speaks just enough to be taken for a hub, and reads and says nothing that the test does not want.</summary>
internal sealed class BareHub : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<BareSocket> _sockets = [];

    public BareHub()
    {
        // Little room, so that a client whose hub does not read is held up soon.
        _listener.Server.ReceiveBufferSize = 4096;
        _listener.Start();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>A client of this hub, and the hub's end of its socket.</summary>
    public async Task<(RollcallConnection Client, BareSocket Socket)> Connect(Func<ConnectionOptions, ConnectionOptions>? with = null)
    {
        var options = new ConnectionOptions
        {
            Hub = Address,
            FirstRetry = TimeSpan.FromMilliseconds(20),
            HeartbeatEvery = TimeSpan.FromHours(1),
            PushTimeout = TimeSpan.FromHours(1),
        };
        var accepted = Accept();
        var client = await RollcallConnection.Connect(with is null ? options : with(options), BareSocket.Patience());
        return (client, await accepted);
    }

    /// <summary>The next socket that a client opens.</summary>
    public async Task<BareSocket> Accept()
    {
        var line = await _listener.AcceptTcpClientAsync(BareSocket.Patience());
        var stream = line.GetStream();
        var request = "";
        for (var octet = new byte[1]; !request.EndsWith("\r\n\r\n", StringComparison.Ordinal); request += (char)octet[0])
        {
            await stream.ReadExactlyAsync(octet, BareSocket.Patience());
        }

        var key = request.Split("\r\n").Single(header => header.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase)).Split(':')[1].Trim();
#pragma warning disable CA5350 // The handshake of RFC 6455 is made of it.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"),
            BareSocket.Patience());
        var socket = new BareSocket(line, WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true }));
        _sockets.Add(socket);
        return socket;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _sockets.ForEach(socket => socket.Drop());
    }
}

/// <summary>The hub's end of a socket.</summary>
internal sealed class BareSocket(TcpClient line, WebSocket socket)
{
    /// <summary>What a join is answered that is taken.</summary>
    public const string Taken = """{"epoch":"e","seq":10,"snapshot":null,"resumed":false}""";

    /// <summary>For a bounded time.</summary>
    public static CancellationToken Patience()
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        return patience.Token;
    }

    /// <summary>The next frame that has that name, <c>["4","5","session:a","send_message",{"text":"hi"}]</c>.</summary>
    public async Task<JsonElement> Next(string name)
    {
        while (true)
        {
            var frame = await Next();
            if (frame[3].ValueEquals(name))
            {
                return frame;
            }
        }
    }

    /// <summary>Answers a join or a push.</summary>
    public Task Answer(JsonElement asked, string response, bool ok = true) =>
        Say($$"""[{{asked[0].GetRawText()}},{{asked[1].GetRawText()}},{{asked[2].GetRawText()}},"phx_reply",{"status":"{{(ok ? "ok" : "error")}}","response":{{response}}}]""");

    /// <summary>Takes the next join.</summary>
    public async Task<JsonElement> AcceptJoin()
    {
        var join = await Next("phx_join");
        await Answer(join, Taken);
        return join;
    }

    public Task Say(string frame) => socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, Patience());

    /// <summary>Says a part of a frame.</summary>
    public Task SayPart(string part, bool last) => socket.SendAsync(Encoding.UTF8.GetBytes(part), WebSocketMessageType.Text, last, Patience());

    public Task Close() => socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Patience());

    public void Drop() => line.Dispose();

    public async Task<JsonElement> Next()
    {
        var message = new MemoryStream();
        for (var buffer = new byte[64 * 1024]; ;)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), Patience());
            Assert.NotEqual(WebSocketMessageType.Close, part.MessageType);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return JsonElement.Parse(message.ToArray());
            }
        }
    }
}

/// <summary>Always the longest wait.</summary>
internal sealed class Longest : Random
{
    public override double NextDouble() => 0.999;
}

using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>A WebSocket that speaks Phoenix frames by hand, so that a test sees exactly what is on the wire.</summary>
public sealed class RawSocket : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket = new();
    private int _ref;

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    /// <summary>Connects, with a key or token as the Phoenix client's <c>authToken</c>; over HTTP/2 and TLS where a client of that is given.</summary>
    /// <exception cref="WebSocketException">The socket was refused.</exception>
    public static async Task<RawSocket> Open(
        TestHub hub, string? credential = null, HttpClient? http2 = null, Action<ClientWebSocketOptions>? with = null, string path = "/socket/websocket?vsn=2.0.0")
    {
        var raw = new RawSocket();
        raw._socket.Options.CollectHttpResponseDetails = true;
        with?.Invoke(raw._socket.Options);
        if (credential is not null)
        {
            raw._socket.Options.AddSubProtocol("phoenix");
            raw._socket.Options.AddSubProtocol("base64url.bearer.phx." + Convert.ToBase64String(Encoding.UTF8.GetBytes(credential)).TrimEnd('='));
        }

        if (http2 is not null)
        {
            raw._socket.Options.HttpVersion = HttpVersion.Version20;
            raw._socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        var address = new Uri(http2 is null ? $"ws://{hub.Address.Authority}{path}" : $"wss://{hub.TlsAddress.Authority}{path}");
        try
        {
            await raw._socket.ConnectAsync(address, http2, TestContext.Current.CancellationToken);
        }
        catch (WebSocketException refused)
        {
            refused.Data["status"] = (int)raw._socket.HttpStatusCode;
            throw;
        }

        return raw;
    }

    /// <summary>Joins a topic and gives the reply's payload.</summary>
    public Task<JsonElement> Join(string topic, object? payload = null) => Ask(topic, "phx_join", payload ?? new { }, null);

    /// <summary>Pushes on a joined topic and gives the reply's payload.</summary>
    public Task<JsonElement> Push(string topic, string name, object payload, string? joinRef = null) => Ask(topic, name, payload, joinRef);

    /// <summary>Pushes on a topic, and waits for no reply.</summary>
    public async Task<string> Say(string topic, string name, object payload, string? joinRef = null)
    {
        var reference = (++_ref).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var message = JsonSerializer.SerializeToUtf8Bytes(new[] { name == "phx_join" ? reference : joinRef, reference, topic, name, payload });
        await _socket.SendAsync(message, WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        return reference;
    }

    /// <summary>The next message as text; null when the hub closed the socket.</summary>
    public async Task<string?> Next()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            text.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
            }
        }
    }

    /// <summary>Hears what there is until the hub closes the socket.</summary>
    public async Task UntilClosed()
    {
        while (await Next() is not null)
        {
            // What was told before.
        }
    }

    /// <summary>Closes it, and hears the hub's answer.</summary>
    public Task Close(WebSocketCloseStatus code) => _socket.CloseAsync(code, null, TestContext.Current.CancellationToken);

    public void Dispose() => _socket.Dispose();

    private async Task<JsonElement> Ask(string topic, string name, object payload, string? joinRef)
    {
        var reference = await Say(topic, name, payload, joinRef);
        while (await Next() is { } text)
        {
            using var frame = JsonDocument.Parse(text);
            if (frame.RootElement[3].ValueEquals("phx_reply") && frame.RootElement[1].ValueEquals(reference))
            {
                return frame.RootElement[4].Clone();
            }
        }

        throw new EndOfStreamException("the hub closed the socket instead of answering");
    }
}

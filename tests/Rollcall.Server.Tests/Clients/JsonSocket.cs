using System.Net;
using System.Net.WebSockets;
using System.Text.Json;

namespace Rollcall.Server.Tests.Clients;

/// <summary>A WebSocket of JSON messages at any path of a hub, so that a test sees exactly what is on the wire.</summary>
internal sealed class JsonSocket : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();
    private readonly MemoryStream _text = new();

    /// <summary>Connects.</summary>
    /// <exception cref="WebSocketException">The upgrade was refused.</exception>
    public static async Task<JsonSocket> Open(TestHub hub, string address, string? credential = null, string? origin = null)
    {
        var opened = new JsonSocket();
        if (credential is not null)
        {
            opened._socket.Options.SetRequestHeader("Authorization", $"Bearer {credential}");
        }

        if (origin is not null)
        {
            opened._socket.Options.SetRequestHeader("Origin", origin);
        }

        opened._socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await opened._socket.ConnectAsync(new Uri($"ws://{hub.Address.Authority}{address}"), TestContext.Current.CancellationToken);
        }
        catch (WebSocketException refused)
        {
            refused.Data["status"] = opened._socket.HttpStatusCode;
            throw;
        }

        return opened;
    }

    /// <summary>The status with which an upgrade is refused.</summary>
    public static async Task<HttpStatusCode> Refusal(TestHub hub, string address, string? credential = null, string? origin = null)
    {
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => Open(hub, address, credential, origin));
        return (HttpStatusCode)refused.Data["status"]!;
    }

    public Task Send(object message) => Text(JsonSerializer.Serialize(message));

    /// <summary>Sends a text as it is, JSON or not.</summary>
    public Task Text(string text) =>
        _socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    /// <summary>The next message.</summary>
    public async Task<JsonElement> Next()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        _text.SetLength(0);
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            _text.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return JsonSerializer.Deserialize<JsonElement>(_text.GetBuffer().AsSpan(0, (int)_text.Length));
            }
        }
    }

    /// <summary>Sends a text as it is.</summary>
    public Task SendText(string text) =>
        _socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    /// <summary>With which code, and why, the hub closes; the test fails when it says something before.</summary>
    public async Task<(int Code, string? Reason)> Closed()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var received = await _socket.ReceiveAsync(new byte[1024].AsMemory(), patience.Token);
        Assert.Equal(WebSocketMessageType.Close, received.MessageType);
        return ((int)_socket.CloseStatus!, _socket.CloseStatusDescription);
    }

    /// <summary>Answers the hub's close, and waits for nothing.</summary>
    public Task Close() => _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);

    /// <summary>The next message for which the check holds; those before it are dropped.</summary>
    public async Task<JsonElement> Next(Func<JsonElement, bool> wanted)
    {
        while (true)
        {
            var message = await Next();
            if (wanted(message))
            {
                return message;
            }
        }
    }

    /// <summary>All messages up to the first for which the check holds.</summary>
    public async Task<IReadOnlyList<JsonElement>> UpTo(Func<JsonElement, bool> last)
    {
        var heard = new List<JsonElement> { await Next() };
        while (!last(heard[^1]))
        {
            heard.Add(await Next());
        }

        return heard;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _text.Dispose();
    }
}

using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Rollcall.Protocol;

namespace Rollcall.Client;

/// <summary>One WebSocket: its handshake, its frames, its heartbeat. Sends are safe from any thread.</summary>
internal sealed class PhoenixSocket : IDisposable
{
    private const int FirstBuffer = 16 * 1024;

    private readonly ClientWebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1);
    private volatile bool _heard;

    private PhoenixSocket(ClientWebSocket socket) => _socket = socket;

    public int? CloseCode => (int?)_socket.CloseStatus;

    public static async Task<PhoenixSocket> Open(ConnectionOptions options, CancellationToken cancel)
    {
        PhoenixSocket? opened = null;
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        socket.Options.CollectHttpResponseDetails = true;
        if (options.Key is { } key)
        {
            var token = Convert.ToBase64String(Encoding.UTF8.GetBytes(key)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            socket.Options.AddSubProtocol("phoenix");
            socket.Options.AddSubProtocol("base64url.bearer.phx." + token);
        }

        var address = new UriBuilder(options.Hub) { Path = Wire.SocketPath, Query = "vsn=2.0.0" };
        address.Scheme = address.Scheme == "https" ? "wss" : "ws";
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            await socket.ConnectAsync(address.Uri, patience.Token).ConfigureAwait(false);
            return opened = new PhoenixSocket(socket);
        }
        catch (WebSocketException) when (socket.HttpStatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw socket.HttpStatusCode == HttpStatusCode.Unauthorized
                ? new RefusedException(ErrorCodes.Unauthenticated, "the hub does not know the key")
                : new RefusedException(ErrorCodes.Forbidden, "the hub does not serve this client");
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            throw new WebSocketException($"the hub did not answer within {options.ConnectTimeout.TotalSeconds} s");
        }
        finally
        {
            if (opened is null)
            {
                socket.Dispose();
            }
        }
    }

    /// <summary>
    /// Sends when it is its turn. Who gives up before that sends nothing; a send under way goes on, because to stop it
    /// half-way would end the socket for everybody.
    /// </summary>
    /// <exception cref="WebSocketException">The socket has ended.</exception>
    public async Task Send(ReadOnlyMemory<byte> frame, CancellationToken cancel = default)
    {
        await _sending.WaitAsync(cancel).ConfigureAwait(false);
        if (await SendInTurn(frame).WaitAsync(cancel).ConfigureAwait(false) is { } gone)
        {
            throw new WebSocketException("the socket is closed", gone);
        }
    }

    /// <summary>Sends; when that fails, the reader finds out, too.</summary>
    public async Task TrySend(ReadOnlyMemory<byte> frame)
    {
        try
        {
            await Send(frame).ConfigureAwait(false);
        }
        catch (WebSocketException)
        {
            Abort();
        }
    }

    /// <summary>Reads until the socket ends, and keeps it alive; what ended it, when it was not closed in order.</summary>
    public async Task<Exception?> ReadAll(ConnectionOptions options, Action<Frame> handle, Func<ReadOnlyMemory<byte>> heartbeat, CancellationToken stop)
    {
        using var ended = new CancellationTokenSource();
        using var stopping = stop.UnsafeRegister(_ => _ = Close(options.Time), null);
        var beating = Beat(options, heartbeat, ended.Token);
        try
        {
            var buffer = new byte[FirstBuffer];
            while (await Receive(buffer).ConfigureAwait(false) is var (message, whole))
            {
                buffer = whole.Length > FirstBuffer * 16 ? new byte[FirstBuffer] : whole;
                if (Frames.Read(whole.AsSpan(0, message)) is { } frame)
                {
                    handle(frame);
                }
            }

            await Close(options.Time).ConfigureAwait(false);
            return null;
        }
        catch (Exception gone) when (gone is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            return gone;
        }
        catch (Exception notPhoenix) when (notPhoenix is KeyNotFoundException or InvalidOperationException or FormatException or JsonException)
        {
            Abort();
            return notPhoenix;
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await beating.ConfigureAwait(false);
        }
    }

    public void Abort() => _socket.Abort();

    public void Dispose() => _socket.Dispose();

    /// <summary>Sends, and passes the turn on; why it could not, if it could not.</summary>
    private async Task<Exception?> SendInTurn(ReadOnlyMemory<byte> frame)
    {
        try
        {
            await _socket.SendAsync(frame, WebSocketMessageType.Text, true, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (Exception gone) when (gone is WebSocketException or InvalidOperationException or OperationCanceledException)
        {
            return gone;
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task<(int Length, byte[] Buffer)?> Receive(byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var part = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None).ConfigureAwait(false);
            length += part.Count;

            // Each part: a whole message may take longer than the silence that is allowed.
            _heard = true;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (part.EndOfMessage)
            {
                return (length, buffer);
            }
        }
    }

    private async Task Beat(ConnectionOptions options, Func<ReadOnlyMemory<byte>> heartbeat, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(options.HeartbeatEvery, options.Time);
        var sending = Task.CompletedTask;
        try
        {
            for (_heard = true; await timer.WaitForNextTickAsync(ended).ConfigureAwait(false);)
            {
                if (!_heard)
                {
                    Abort();
                    return;
                }

                _heard = false;
                if (sending.IsCompleted)
                {
                    // Not waited for: a hub that does not read holds it up, and is found silent by the next tick.
                    sending = TrySend(heartbeat());
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The socket ended.
        }
    }

    /// <summary>Says goodbye, or answers the hub's; a hub that does not read or does not answer is not waited for.</summary>
    private async Task Close(TimeProvider time)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
            await _sending.WaitAsync(patience.Token).ConfigureAwait(false);
            await CloseInTurn(time).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is WebSocketException or ObjectDisposedException or TimeoutException or OperationCanceledException)
        {
            // It ends either way.
        }

        if (_socket.State != WebSocketState.Closed)
        {
            Abort();
        }
    }

    private async Task CloseInTurn(TimeProvider time)
    {
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None)
                    .WaitAsync(TimeSpan.FromSeconds(1), time).ConfigureAwait(false);
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
                while (_socket.State == WebSocketState.CloseSent)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(20), time, patience.Token).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _sending.Release();
        }
    }
}

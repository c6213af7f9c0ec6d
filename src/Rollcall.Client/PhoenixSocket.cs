using System.Net;
using System.Net.WebSockets;
using System.Text;
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
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var timer = options.Time.CreateTimer(_ => timeout.Cancel(), null, options.ConnectTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            await socket.ConnectAsync(address.Uri, timeout.Token).ConfigureAwait(false);
            return new PhoenixSocket(socket);
        }
        catch (WebSocketException) when (socket.HttpStatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            socket.Dispose();
            throw socket.HttpStatusCode == HttpStatusCode.Unauthorized
                ? new RefusedException(ErrorCodes.Unauthenticated, "the hub does not know the key")
                : new RefusedException(ErrorCodes.Forbidden, "the hub does not serve this client");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            socket.Dispose();
            throw new WebSocketException($"the hub did not answer within {options.ConnectTimeout.TotalSeconds} s");
        }
    }

    public async Task Send(ReadOnlyMemory<byte> frame, CancellationToken cancel = default)
    {
        await _sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // Not cancelled half-way: that would end the socket for everybody.
            await _socket.SendAsync(frame, WebSocketMessageType.Text, true, CancellationToken.None).ConfigureAwait(false);
        }
        catch (InvalidOperationException closed)
        {
            throw new WebSocketException("the socket is closed", closed);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Sends; when that fails, the reader finds out, too.</summary>
    public async Task TrySend(ReadOnlyMemory<byte> frame)
    {
        try
        {
            await Send(frame).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is WebSocketException or ObjectDisposedException)
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
                _heard = true;
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
        catch (Exception notPhoenix) when (notPhoenix is KeyNotFoundException or InvalidOperationException or FormatException)
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
                await TrySend(heartbeat()).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The socket ended.
        }
    }

    /// <summary>Says goodbye, or answers the hub's; a hub that does not answer is not waited for.</summary>
    private async Task Close(TimeProvider time)
    {
        await _sending.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None)
                    .WaitAsync(TimeSpan.FromSeconds(1), time).ConfigureAwait(false);
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
                while (_socket.State == WebSocketState.CloseSent && !patience.IsCancellationRequested)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(20), time, patience.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception gone) when (gone is WebSocketException or ObjectDisposedException or TimeoutException or OperationCanceledException)
        {
            // It ends either way.
        }
        finally
        {
            _sending.Release();
        }

        if (_socket.State == WebSocketState.CloseSent)
        {
            Abort();
        }
    }
}

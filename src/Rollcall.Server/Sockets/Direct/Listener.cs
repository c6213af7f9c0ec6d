using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// Accepts the connections of one address, and gives none a reserved descriptor. Where there is a door, those that begin with an upgrade
/// for one of the hub's sockets stay bare sockets, and so do those that send small reports, for as long as they send nothing else; all others
/// are the web server's, with every byte still unread.
/// </summary>
internal sealed class Listener : IConnectionListener
{
    /// <summary>Connections that may wait to be accepted: a herd that comes back at once. The kernel caps it.</summary>
    private const int Backlog = 4096;

    /// <summary>A connection that says nothing for so long, or a little less, is the web server's to wait for.</summary>
    private static readonly TimeSpan FirstBytesTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly DirectDoor? _door;
    private readonly IDirectRequests? _requests;
    private readonly SocketConnectionContextFactory _contexts;
    private readonly TimeProvider _time;
    private readonly Deadlines _firstBytes;
    private readonly ServedConnections _served;
    private readonly Channel<ConnectionContext> _ordinary = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _accepting;
    private Task? _emptying;
    private CancellationToken _noLonger;

    public Listener(Socket socket, DirectDoor? door, IDirectRequests? requests, SocketConnectionContextFactory contexts, TimeProvider time)
    {
        (_socket, _door, _requests, _contexts, _time) = (socket, door, requests, contexts, time);
        _firstBytes = new Deadlines(FirstBytesTimeout, time);
        _served = new ServedConnections(time);
        _socket.Listen(Backlog);
        EndPoint = _socket.LocalEndPoint!;
        _accepting = Task.Run(Accept);
    }

    public EndPoint EndPoint { get; }

    /// <summary>The next connection that is the web server's; null when nothing is accepted any more.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _ordinary.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _ordinary.Reader.TryRead(out var connection) ? connection : null;

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
        _ordinary.Writer.TryComplete();
        if (_emptying is null)
        {
            (_emptying, _noLonger) = (_served.Empty(), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await UnbindAsync().ConfigureAwait(false);
        while (_ordinary.Reader.TryRead(out var unwanted))
        {
            await unwanted.DisposeAsync().ConfigureAwait(false);
        }

        // The web server has waited for its own.
        await _emptying!.WaitAsync(_noLonger).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Accept()
    {
        while (true)
        {
            try
            {
                var connection = await _socket.AcceptAsync().ConfigureAwait(false);
                if (SocketThreads.MayBeCurrent)
                {
                    await Task.Yield();
                }

                if (Descriptors.IsReserved(connection))
                {
                    connection.Dispose();
                    continue;
                }

                _ = Sort(connection);
            }
            catch (Exception closed) when (closed is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted })
            {
                return;
            }
            catch (SocketException)
            {
                // One client's connection failed before it was accepted, or the process has no descriptors left for now.
                await Task.Delay(TimeSpan.FromMilliseconds(10), _time).ConfigureAwait(false);
            }
        }
    }

    private async Task Sort(Socket connection)
    {
        try
        {
            if (EndPoint is IPEndPoint)
            {
                connection.NoDelay = true;
            }

            if (_door is null)
            {
                HandOver(connection);
            }
            else
            {
                await Sort(connection, _door).ConfigureAwait(false);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            connection.Dispose();
        }
    }

    private static bool TryEnter(DirectDoor door, Socket connection)
    {
        Span<byte> arrived = stackalloc byte[RequestHead.MaxBytes];
        var length = connection.Available > 0 ? connection.Receive(arrived, SocketFlags.Peek) : 0;
        return length > 0 && door.TryEnter(connection, arrived[..length]);
    }

    /// <summary>One that says nothing has a place among those of its address, and keeps it until it ends.</summary>
    private async ValueTask Sort(Socket connection, DirectDoor door)
    {
        if (door.TryWait(connection) is not { } place)
        {
            connection.Dispose();
            return;
        }

        var keepsPlace = false;
        try
        {
            var speaks = await WaitForFirstBytes(connection).ConfigureAwait(false);
            if (SocketThreads.MayBeCurrent)
            {
                await Task.Yield();
            }

            if (!TryEnter(door, connection))
            {
                if (speaks)
                {
                    place.Dispose();
                    if (!await Serve(connection).ConfigureAwait(false))
                    {
                        connection.Dispose();
                        return;
                    }
                }

                var context = HandOver(connection);
                if (!speaks)
                {
                    keepsPlace = true;
                    context.ConnectionClosed.Register(place.Dispose);
                }
            }
        }
        finally
        {
            if (!keepsPlace)
            {
                place.Dispose();
            }
        }
    }

    /// <summary>Until it says what is the web server's to answer; false when it ends before.</summary>
    private async ValueTask<bool> Serve(Socket connection)
    {
        if (_requests is null)
        {
            return true;
        }

        var served = _served.Add(connection);
        try
        {
            return !served.Ends && await _requests.Serve(connection, served).ConfigureAwait(false);
        }
        finally
        {
            _served.Remove(served);
        }
    }

    /// <summary>False when there were none in time: it is sorted by what it has said.</summary>
    private async ValueTask<bool> WaitForFirstBytes(Socket connection)
    {
        try
        {
            await connection.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, _firstBytes.Next()).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private ConnectionContext HandOver(Socket connection)
    {
        var context = _contexts.Create(connection);
        _served.Add(connection, context);
        if (_door is not null)
        {
            context.Transport = new Transport(new TurnReader(context.Transport.Input), context.Transport.Output);
        }

        if (!_ordinary.Writer.TryWrite(context))
        {
            connection.Dispose();
        }

        return context;
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

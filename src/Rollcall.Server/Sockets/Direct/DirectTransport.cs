using System.Net;
using System.Net.Sockets;
using Rollcall.Core.Fanout;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// The direct transport of a plain-text connection: frames go into the kernel at once, on the thread of whoever pumps,
/// without a task, a pipe or a copy. Only what a full socket does not take is sent asynchronously.
/// </summary>
internal sealed class DirectTransport : WebSocketTransport
{
    /// <summary>The most that a pump writes at once; larger only for a single slice.</summary>
    private const int JoinedBytes = 64 * 1024;

    [ThreadStatic]
    private static byte[]? s_joined;

    private readonly TimeProvider _time;
    private DirectSocket _socket;

    public DirectTransport(Socket socket, TimeProvider time) => (_socket, _time) = (new DirectSocket(socket), time);

    public override Delivery Delivery => TcpProgress.DeliveryOn(_socket.Socket);

    public override IPAddress? Address => (_socket.Socket.RemoteEndPoint as IPEndPoint)?.Address;

    public override ValueTask<int> Read(Memory<byte> into) => _socket.Socket.ReceiveAsync(into, SocketFlags.None);

    public override ValueTask Send(ReadOnlyMemory<byte> bytes)
    {
        var sent = _socket.Send(bytes.Span);
        return sent == bytes.Length ? ValueTask.CompletedTask : _socket.Socket.SendLater(bytes[sent..]);
    }

    public override ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices)
    {
        var total = 0;
        for (var i = 0; i < slices.Count; i++)
        {
            total += slices[i].Length;
        }

        return slices.Count == 1 ? Send(slices[0]) : total <= JoinedBytes ? SendJoined(slices, total) : SendEach(slices);
    }

    /// <summary>Says that no more will be sent, and waits for the client to do the same.</summary>
    public override async ValueTask End()
    {
        try
        {
            _socket.Socket.Shutdown(SocketShutdown.Send);
            await ReadToTheEnd((rest, stop) => _socket.Socket.ReceiveAsync(rest, SocketFlags.None, stop), EndTimeout, _time).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // It is gone already, or does not answer.
        }
        finally
        {
            Cut();
        }
    }

    protected override void Cut() => _socket.Close();

    private ValueTask SendJoined(IReadOnlyList<ReadOnlyMemory<byte>> slices, int total)
    {
        var joined = s_joined ??= new byte[JoinedBytes];
        var length = 0;
        for (var i = 0; i < slices.Count; i++)
        {
            slices[i].Span.CopyTo(joined.AsSpan(length));
            length += slices[i].Length;
        }

        var sent = _socket.Send(joined.AsSpan(0, total));
        return sent == total ? ValueTask.CompletedTask : _socket.Socket.SendLater(joined.AsSpan(sent..total).ToArray());
    }

    private async ValueTask SendEach(IReadOnlyList<ReadOnlyMemory<byte>> slices)
    {
        for (var i = 0; i < slices.Count; i++)
        {
            await _socket.Socket.SendLater(slices[i]).ConfigureAwait(false);
        }
    }
}

using Rollcall.Core.Fanout;

namespace Rollcall.Server.Sockets;

/// <summary>The portable transport: finished frames into the stream of an upgraded request, plain or TLS.</summary>
internal sealed class WebSocketTransport(Stream stream, Action abort) : ITransport
{
    /// <summary>Small slices are joined, so that a reply and the events behind it are one write.</summary>
    private const int JoinedBytes = 16 * 1024;

    public bool IsSocket => true;

    public ReadOnlyMemory<byte> KeepAlive => WebSocketFrame.Ping;

    public ReadOnlyMemory<byte> Farewell(int reconnectAfterMs) => PhoenixCodec.ReconnectAfter(reconnectAfterMs);

    public async ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices)
    {
        var total = 0;
        for (var i = 0; i < slices.Count; i++)
        {
            total += slices[i].Length;
        }

        if (slices.Count > 1 && total <= JoinedBytes)
        {
            var joined = System.Buffers.ArrayPool<byte>.Shared.Rent(total);
            var length = 0;
            for (var i = 0; i < slices.Count; i++)
            {
                slices[i].CopyTo(joined.AsMemory(length));
                length += slices[i].Length;
            }

            await stream.WriteAsync(joined.AsMemory(0, total)).ConfigureAwait(false);
            System.Buffers.ArrayPool<byte>.Shared.Return(joined);
            return;
        }

        for (var i = 0; i < slices.Count; i++)
        {
            await stream.WriteAsync(slices[i]).ConfigureAwait(false);
        }
    }

    public async ValueTask Close(int code, string reason)
    {
        await stream.WriteAsync(WebSocketFrame.Close(code, reason)).ConfigureAwait(false);
        Closed.TrySetResult();
    }

    /// <summary>Completes when the close frame is written; the client's own is still to come.</summary>
    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Abort()
    {
        Closed.TrySetResult();
        abort();
    }
}

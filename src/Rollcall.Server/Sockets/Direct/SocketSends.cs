using System.Net.Sockets;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>Sends on a socket that does not block: what the kernel takes at once, and then the rest.</summary>
internal static class SocketSends
{
    /// <summary>Sends what the kernel takes at once; gives how much that was, which is 0 when it is full.</summary>
    /// <exception cref="SocketException">The connection has failed.</exception>
    public static int SendNow(this Socket socket, ReadOnlySpan<byte> bytes)
    {
        var sent = socket.Send(bytes, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => sent,
            SocketError.WouldBlock => 0,
            _ => throw new SocketException((int)error),
        };
    }

    /// <summary>Sends it all, as the other side makes room.</summary>
    public static async ValueTask SendLater(this Socket socket, ReadOnlyMemory<byte> rest, CancellationToken cancellation = default)
    {
        while (rest.Length > 0)
        {
            rest = rest[await socket.SendAsync(rest, SocketFlags.None, cancellation).ConfigureAwait(false)..];
        }

        // Its caller goes on to tell more, and to encrypt it.
        if (SocketThreads.MayBeCurrent)
        {
            await Task.Yield();
        }
    }
}

using System.Net.Sockets;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>Sends on a socket that does not block: what the kernel takes at once, and then the rest.</summary>
internal static class SocketSends
{
    /// <summary>Sends what the kernel takes at once; gives how much that was, which is 0 when it is full.</summary>
    /// <exception cref="SocketException">The connection has failed.</exception>
    public static int SendNow(this Socket socket, ReadOnlySpan<byte> bytes) =>
        socket.TrySendNow(bytes, out var sent) is var error && error == SocketError.Success ? sent : throw new SocketException((int)error);

    /// <summary>The same, for whom an exception would hold up; gives what the connection failed of.</summary>
    public static SocketError TrySendNow(this Socket socket, ReadOnlySpan<byte> bytes, out int sent)
    {
        sent = socket.Send(bytes, SocketFlags.None, out var error);
        return error == SocketError.WouldBlock ? SocketError.Success : error;
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

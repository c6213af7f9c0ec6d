using System.Net.Sockets;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>Answers requests on bare connections, without the web server.</summary>
internal interface IDirectRequests
{
    /// <summary>
    /// Answers what a connection asks, until it says something that is not to be answered here, which is left unread with whatever is behind it, or
    /// says nothing for long: it is the web server's then.
    /// </summary>
    /// <param name="socket">The connection; it has said something, and all of it is unread.</param>
    /// <param name="served">Is told of each request.</param>
    /// <returns>False when it has ended, and nobody is to have it.</returns>
    /// <exception cref="SocketException">The connection has failed, or was cut off.</exception>
    /// <exception cref="ObjectDisposedException">It was cut off.</exception>
    ValueTask<bool> Serve(Socket socket, ServedConnection served);
}

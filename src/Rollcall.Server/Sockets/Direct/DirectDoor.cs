using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rollcall.Core;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// Lets upgrade requests in without the web server, by the same checks. It refuses nobody who says something: who would be
/// refused, and whatever it does not understand, goes to the web server as if it had not been looked at. Safe from any thread.
/// </summary>
internal sealed partial class DirectDoor(Addresses addresses, SocketProtocols protocols, SocketParts parts)
{
    private readonly RequestHead _heads = new(protocols.Paths);
    private long _entered;

    /// <summary>Connections that came in this way so far.</summary>
    public long Entered => Volatile.Read(ref _entered);

    /// <summary>A place for a connection that has said nothing yet; null when its address has too many such.</summary>
    public IDisposable? TryWait(Socket socket) => parts.Door.Limits.TryWait(((IPEndPoint)socket.RemoteEndPoint!).Address);

    /// <summary>Serves a connection whose first bytes are an upgrade request that is to be granted.</summary>
    /// <param name="socket">The connection; its first bytes are still unread.</param>
    /// <param name="arrived">A copy of them.</param>
    /// <returns>False when the web server should have it, untouched.</returns>
    public bool TryEnter(Socket socket, ReadOnlySpan<byte> arrived)
    {
        var context = BareRequest.On(socket);
        var (path, length) = _heads.Read(arrived, context.Request);
        if (path is null || protocols.Find(path, context.Request) is not { } protocol)
        {
            return false;
        }

        if (Admit(context, protocol) is not { } principal || parts.Door.Limits.TryEnter(context, principal) is not { } place)
        {
            return false;
        }

        Interlocked.Increment(ref _entered);
        var transport = new DirectTransport(socket, parts.Time);
        var greeted = Greet(socket, length, transport, Answer(context.Response.Headers));
        _ = Serve(transport, greeted, principal, Handshake.Deflates(context.Response.Headers), protocol, place);
        return true;
    }

    private Principal? Admit(HttpContext context, SocketProtocol protocol)
    {
        var request = context.Request;
        if (parts.Hub.Fanout.IsDraining
            || !addresses.AllowsHost(context)
            || !addresses.AllowsOrigin(context)
            || !Handshake.TryAnswer(request.Headers, context.Response.Headers, parts.Compresses && protocol.Compresses))
        {
            return null;
        }

        var (principal, refused) = parts.Door.Authenticate(request);
        return refused is null && AccessTable.Find(HttpMethods.Get, protocol.Path)?.Refuse(principal) is null
            && principal is not null && protocol.Refuse(principal) is null ? principal : null;
    }

    private static byte[] Answer(IHeaderDictionary headers)
    {
        var answer = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n");
        foreach (var (name, value) in headers)
        {
            answer.Append(name).Append(": ").Append(value.ToString()).Append("\r\n");
        }

        return Encoding.ASCII.GetBytes(answer.Append("\r\n").ToString());
    }

    /// <summary>By itself, so that the answer is not kept for as long as the socket is open.</summary>
    private static async Task Greet(Socket socket, int head, DirectTransport transport, byte[] answer)
    {
        socket.Receive(new byte[head]);
        await transport.Send(answer).ConfigureAwait(false);
    }

    private async Task Serve(
        DirectTransport transport, Task greeted, Principal principal, bool deflates, SocketProtocol protocol, IDisposable place)
    {
        // The listener goes on meanwhile.
        await Task.Yield();
        try
        {
            await greeted.ConfigureAwait(false);
            await SocketEndpoint.Serve(transport, principal, deflates, protocol, parts).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // The client was gone before it was answered.
        }
#pragma warning disable CA1031 // There is nobody behind this to hear of a bug, and one connection's must not end the hub.
        catch (Exception bug)
        {
            LogBug(parts.Logger, bug);
        }
#pragma warning restore CA1031
        finally
        {
            transport.Abort();
            place.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A socket ended because of a bug")]
    private static partial void LogBug(ILogger logger, Exception bug);
}

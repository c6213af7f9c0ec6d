using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>A request that the web server has not seen, for those who are asked about it as about any other.</summary>
internal static class BareRequest
{
    /// <summary>One that came over a connection; it says nothing yet.</summary>
    public static DefaultHttpContext On(Socket socket)
    {
        var context = new DefaultHttpContext();
        var (remote, local) = ((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!);
        (context.Connection.RemoteIpAddress, context.Connection.RemotePort) = (remote.Address, remote.Port);
        (context.Connection.LocalIpAddress, context.Connection.LocalPort) = (local.Address, local.Port);
        return context;
    }
}

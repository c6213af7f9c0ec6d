using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Rollcall.Core.Fanout;

namespace Rollcall.Server.Sockets;

/// <summary>How far a connection has come, as the kernel of Linux counts it. Elsewhere, and of a Unix socket, nothing is known, which is all zeros.</summary>
/// <param name="Acknowledged">Bytes that the client has got.</param>
/// <param name="Received">Bytes that it has sent.</param>
/// <param name="Unsent">Bytes that it does not take yet.</param>
internal readonly record struct TcpProgress(ulong Acknowledged, ulong Received, uint Unsent)
{
    /// <summary><c>IPPROTO_TCP</c> and <c>TCP_INFO</c> of linux/tcp.h, and where its <c>struct tcp_info</c> has the counts.</summary>
    private const int Tcp = 6, Info = 11, AcknowledgedAt = 120, ReceivedAt = 128, UnsentAt = 144, Bytes = 148;

    /// <summary>The socket of a request that has its connection to itself; null over HTTP/2, where others come further and it need not, and where it is none of TCP.</summary>
    public static Socket? SocketOf(HttpContext context) =>
        !HttpProtocol.IsHttp2(context.Request.Protocol) && context.Features.Get<IConnectionSocketFeature>()?.Socket is { ProtocolType: ProtocolType.Tcp } socket ? socket : null;

    /// <summary>How far what was written to a connection has come; of none, and where that is not known, all zeros.</summary>
    public static Delivery DeliveryOn(Socket? connection)
    {
        var progress = connection is null ? default : Of(connection);
        return new(progress.Acknowledged, HasMore: progress.Unsent > 0);
    }

    /// <summary>How far it has come now.</summary>
    public static TcpProgress Of(Socket connection)
    {
        if (!OperatingSystem.IsLinux())
        {
            return default;
        }

        Span<byte> info = stackalloc byte[Bytes];
        try
        {
            return connection.GetRawSocketOption(Tcp, Info, info) < Bytes ? default : new(
                MemoryMarshal.Read<ulong>(info[AcknowledgedAt..]), MemoryMarshal.Read<ulong>(info[ReceivedAt..]), MemoryMarshal.Read<uint>(info[UnsentAt..]));
        }
        catch (Exception unknown) when (unknown is SocketException or ObjectDisposedException)
        {
            return default;
        }
    }
}

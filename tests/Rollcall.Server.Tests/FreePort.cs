using System.Net;
using System.Net.Sockets;

namespace Rollcall.Server.Tests;

/// <summary>
/// Ports that a test names before somebody listens there, also again after a stop. They lie below those that the system
/// gives to whoever asks for any and to every outgoing connection, so that none of the tests beside it gets one by chance.
/// </summary>
internal static class FreePort
{
    private const int First = 12_000;
    private const int Count = 18_000;

    private static int s_last = Environment.ProcessId * 101;

    /// <summary>A port of this machine's loopback that nobody else is given.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref s_last) % Count);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace Rollcall.Server.Tests;

/// <summary>Resets what it accepts, and is so lost at every point of a connection's beginning, given tries enough.</summary>
internal sealed class ResettingServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ResettingServer()
    {
        _listener.Start();
        new Thread(Reset) { IsBackground = true }.Start();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Tries until it was lost between the client's connecting and its asking whereto, which takes hundreds of tries.</summary>
    /// <param name="isThat">Tries once, and tells whether it was that.</param>
    public static async Task TryUntil(Func<Task<bool>> isThat)
    {
        for (var tries = 0; tries < 20_000; tries++)
        {
            if (await isThat())
            {
                return;
            }
        }

        Assert.Fail("it was never lost just as it accepted");
    }

    public void Dispose() => _listener.Dispose();

    private void Reset()
    {
        try
        {
            while (true)
            {
                using var accepted = _listener.AcceptSocket();
                accepted.LingerState = new LingerOption(true, 0);
            }
        }
        catch (SocketException)
        {
            // It was disposed of.
        }
    }
}

using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// The connections of one listener that the web server has. It ends by itself those between two requests when it stops, and waits for all
/// others, also for who has sent one byte and never sends another. Safe from any thread.
/// </summary>
internal sealed class ServedConnections(TimeProvider time)
{
    /// <summary>How long a client may leave a request unfinished, or its answer untaken, before it holds up no stop; nobody else is served meanwhile.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ServedConnection, bool> _open = new();

    /// <summary>Takes one in until it is closed. Its requests find it among their features.</summary>
    public void Add(Socket socket, ConnectionContext context)
    {
        var connection = new ServedConnection(socket, context);
        context.Features.Set(connection);
        _open[connection] = true;
        context.ConnectionClosed.Register(() => _open.TryRemove(connection, out _));
    }

    /// <summary>Cuts off whoever is not to be waited for, until there is nobody; for when no more come.</summary>
    public async Task Empty()
    {
        while (!_open.IsEmpty)
        {
            foreach (var (connection, _) in _open)
            {
                connection.CutIdle();
            }

            await Task.Delay(Grace, time).ConfigureAwait(false);
        }
    }
}

using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// The connections of one listener that are served requests. Of its own the web server ends those between two requests when it stops, and waits
/// for all others, also for who has sent one byte and never sends another. Safe from any thread.
/// </summary>
internal sealed class ServedConnections(TimeProvider time)
{
    /// <summary>How long a client may leave a request unfinished, or its answer untaken, before it holds up no stop; nobody else is served meanwhile.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ServedConnection, bool> _open = new();
    private readonly TaskCompletionSource _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    /// <summary>Takes one of the web server's in until it is closed. Its requests find it among their features.</summary>
    public void Add(Socket socket, ConnectionContext context)
    {
        var connection = Add(socket, () => context.Abort(new ConnectionAbortedException("the hub stops")), isServers: true);
        context.Features.Set(connection);
        context.ConnectionClosed.Register(() => Remove(connection));
    }

    /// <summary>Takes one in that is not the web server's, until it is removed.</summary>
    public ServedConnection Add(Socket socket) => Add(socket, socket.Dispose, isServers: false);

    /// <summary>It is somebody else's now, or closed.</summary>
    public void Remove(ServedConnection connection)
    {
        if (_open.TryRemove(connection, out _) && _stopping && _open.IsEmpty)
        {
            _emptied.TrySetResult();
        }
    }

    /// <summary>Cuts off whoever is not to be waited for, until there is nobody; for when no more come.</summary>
    public async Task Empty()
    {
        _stopping = true;

        // Whoever is added or removed now sees it, or is seen here.
        Interlocked.MemoryBarrier();
        foreach (var (connection, _) in _open)
        {
            connection.Stop();
        }

        while (!_open.IsEmpty)
        {
            foreach (var (connection, _) in _open)
            {
                connection.CutIdle();
            }

            await Task.WhenAny(_emptied.Task, Task.Delay(Grace, time)).ConfigureAwait(false);
        }
    }

    private ServedConnection Add(Socket socket, Action cut, bool isServers)
    {
        var connection = new ServedConnection(socket, cut, isServers);
        _open[connection] = true;
        if (_stopping)
        {
            connection.Stop();
        }

        return connection;
    }
}

using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>A connection that the web server has, and what a stop has to wait for in it. Over HTTP/2 it has several requests at a time.</summary>
internal sealed class ServedConnection(Socket socket, ConnectionContext context)
{
    /// <summary>Requests that are handled, and those of them whose bodies are waited for.</summary>
    private int _handled, _unfinished;

    private TcpProgress? _before;

    /// <summary>A request begins to be handled. From any thread.</summary>
    public void Begin() => Interlocked.Increment(ref _handled);

    /// <summary>It was handled. From any thread.</summary>
    public void End() => Interlocked.Decrement(ref _handled);

    /// <summary>The body of a request is waited for, until what is given is disposed of. From any thread.</summary>
    public Waiting Wait()
    {
        Interlocked.Increment(ref _unfinished);
        return new Waiting(this);
    }

    /// <summary>
    /// Cuts it off when nothing is to be waited for: neither an answer that the hub is about to give, nor a client that has come further with its
    /// body, or with what it is answered, since this was called last. By one at a time.
    /// </summary>
    public void CutIdle()
    {
        var now = TcpProgress.Of(socket);
        if (_before is { } before && !GoesOn(before, now))
        {
            context.Abort(new ConnectionAbortedException("the hub stops"));
        }

        _before = now;
    }

    private bool GoesOn(TcpProgress before, TcpProgress now)
    {
        var unfinished = Volatile.Read(ref _unfinished);
        return now.Unsent > 0 ? now.Acknowledged != before.Acknowledged
            : Volatile.Read(ref _handled) > unfinished || (unfinished > 0 && (now.Received != before.Received || now == default));
    }

    /// <summary>A body that is waited for.</summary>
    internal readonly struct Waiting(ServedConnection connection) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref connection._unfinished);
    }
}

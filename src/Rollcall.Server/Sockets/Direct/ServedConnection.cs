using System.Net.Sockets;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>A connection that is served requests, and what a stop has to wait for in it. Over HTTP/2 it has several requests at a time.</summary>
/// <param name="socket">Its socket.</param>
/// <param name="cut">Cuts it off.</param>
/// <param name="isServers">Whether it is the web server's, which ends it by itself between two requests when it stops.</param>
internal sealed class ServedConnection(Socket socket, Action cut, bool isServers)
{
    /// <summary>Instead of a number of requests, when it was cut off between two: below zero, however many begin after that.</summary>
    private const int Over = int.MinValue / 2;

    /// <summary>Requests that are handled, and those of them whose bodies are waited for.</summary>
    private int _handled, _unfinished;

    private bool _ends;
    private TcpProgress? _before;

    /// <summary>Whether the hub stops, so that who is answered now is answered for the last time. From any thread.</summary>
    public bool Ends => Volatile.Read(ref _ends);

    /// <summary>A request begins to be handled; false when the connection was cut off between two. From any thread.</summary>
    public bool Begin() => Interlocked.Increment(ref _handled) > 0;

    /// <summary>It was handled. From any thread.</summary>
    public void End() => Interlocked.Decrement(ref _handled);

    /// <summary>The body of a request is waited for, until what is given is disposed of. From any thread.</summary>
    public Waiting Wait()
    {
        Interlocked.Increment(ref _unfinished);
        return new Waiting(this);
    }

    /// <summary>The hub stops. By one at a time.</summary>
    public void Stop()
    {
        Volatile.Write(ref _ends, true);
        if (!isServers && Interlocked.CompareExchange(ref _handled, Over, 0) == 0)
        {
            cut();
        }
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
            cut();
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

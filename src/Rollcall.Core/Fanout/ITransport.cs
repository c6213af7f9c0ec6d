namespace Rollcall.Core.Fanout;

/// <summary>The seam to a connection's bytes. Used by one pump at a time, except <see cref="Abort"/>.</summary>
public interface ITransport
{
    /// <summary>Sends finished bytes in order; completes when the connection has taken them.</summary>
    ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices);

    /// <summary>Sends finished bytes that lie together, as most do.</summary>
    ValueTask Send(ReadOnlyMemory<byte> bytes) => Send([bytes]);

    /// <summary>Whether it may ever hold, and has more to fetch ahead than itself. Asked once for each connection.</summary>
    bool CanHold => false;

    /// <summary>Has what the next send will touch fetched (<see cref="Prefetch"/>), and waits for nothing.</summary>
    void FetchAhead()
    {
    }

    /// <summary>
    /// Prepares finished bytes as <see cref="Send(ReadOnlyMemory{byte})"/> does, and keeps what it made of them until
    /// <see cref="Release"/>, which the same thread calls soon and before anything else is sent. False when it does not,
    /// and nothing was done.
    /// </summary>
    bool TryHold(ReadOnlyMemory<byte> bytes) => false;

    /// <summary>Sends what was held; completes when the connection has taken it.</summary>
    ValueTask Release() => ValueTask.CompletedTask;

    /// <summary>Whether the other side can be heard, so that its silence means that it is gone.</summary>
    bool IsSocket { get; }

    /// <summary>How far what was sent has come by now: that tells a slow reader from one that is stuck.</summary>
    Delivery Delivery => default;

    /// <summary>What keeps an idle connection alive: a ping, a comment. Empty for nothing.</summary>
    ReadOnlyMemory<byte> KeepAlive { get; }

    /// <summary>Tells the other side that it ends, and why (a WebSocket close code), and ends it.</summary>
    ValueTask Close(int code, string reason);

    /// <summary>Ends it at once; from any thread.</summary>
    void Abort();
}

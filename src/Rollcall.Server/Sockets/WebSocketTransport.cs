using System.Net;
using Rollcall.Core.Fanout;

namespace Rollcall.Server.Sockets;

/// <summary>
/// The bytes of a WebSocket in both directions. Two kinds: <see cref="StreamTransport"/> works everywhere,
/// <see cref="Direct.DirectTransport"/> is for plain-text connections and costs less. Read by one reader, written by one pump.
/// </summary>
internal abstract class WebSocketTransport : ITransport
{
    /// <summary>How long a client has to end its side, and how much it may still say meanwhile, before it is cut off.</summary>
    protected static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(5);

    private const int EndBytes = 1024 * 1024;

    private TaskCompletionSource? _closed;

    /// <inheritdoc/>
    public bool IsSocket => true;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> KeepAlive => WebSocketFrame.Ping;

    /// <inheritdoc/>
    public virtual Delivery Delivery => default;

    /// <summary>Where the client is; null when that is no address.</summary>
    public abstract IPAddress? Address { get; }

    /// <summary>Completes when the hub's close frame is written, or the connection aborted; the client's own close may be still to come.</summary>
    public Task Closed => Closing.Task;

    private TaskCompletionSource Closing => LazyInitializer.EnsureInitialized(
        ref _closed, () => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>What the client sent next; 0 at its end. With no room given, waits until there is something.</summary>
    public abstract ValueTask<int> Read(Memory<byte> into);

    /// <inheritdoc/>
    public abstract ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices);

    /// <inheritdoc/>
    public abstract ValueTask Send(ReadOnlyMemory<byte> bytes);

    /// <inheritdoc/>
    public virtual bool CanHold => false;

    /// <inheritdoc/>
    public virtual void FetchAhead()
    {
    }

    /// <inheritdoc/>
    public virtual bool TryHold(ReadOnlyMemory<byte> bytes) => false;

    /// <inheritdoc/>
    public virtual ValueTask Release() => ValueTask.CompletedTask;

    /// <summary>Ends the connection after both sides have said what they had to say.</summary>
    public abstract ValueTask End();

    /// <inheritdoc/>
    public async ValueTask Close(int code, string reason)
    {
        await Send(WebSocketFrame.Close(code, reason)).ConfigureAwait(false);
        Closing.TrySetResult();
    }

    /// <inheritdoc/>
    public void Abort()
    {
        Closing.TrySetResult();
        Cut();
    }

    /// <summary>Ends the connection at once; from any thread, and more than once.</summary>
    protected abstract void Cut();

    /// <summary>
    /// Takes what the client still says, for nobody, until it ends its side: a connection closed with unread bytes is reset, and the reset may
    /// overtake the close frame.
    /// </summary>
    protected static async ValueTask ReadToTheEnd(Func<Memory<byte>, CancellationToken, ValueTask<int>> read, TimeSpan within, TimeProvider time)
    {
        using var timeout = new CancellationTokenSource(within, time);
        var rest = new byte[4096];
        for (int total = 0, next = 1; next > 0 && total < EndBytes; total += next)
        {
            next = await read(rest, timeout.Token).ConfigureAwait(false);
        }
    }
}

using System.Net.Sockets;
using Rollcall.Core.Fanout;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Streams;

/// <summary>The body of a response that does not end.</summary>
/// <param name="body">The body.</param>
/// <param name="abort">Ends the connection, or over HTTP/2 its one stream, and what waits in it.</param>
/// <param name="socket">The connection's, where it has nothing else to carry.</param>
internal sealed class SseTransport(Stream body, Action abort, Socket? socket = null) : ITransport
{
    private readonly RequestAbort _abort = new(abort);
    private RequestWrites _writes;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsSocket => false;

    public ReadOnlyMemory<byte> KeepAlive { get; } = ": still here\n\n"u8.ToArray();

    public Delivery Delivery => TcpProgress.DeliveryOn(socket);

    /// <summary>Completes when the hub ends the stream.</summary>
    public Task Ended => _ended.Task;

    public async ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices)
    {
        _writes.Begin();
        try
        {
            for (var i = 0; i < slices.Count; i++)
            {
                await body.WriteAsync(slices[i]).ConfigureAwait(false);
            }

            await body.FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            _writes.Done();
        }
    }

    public async ValueTask Send(ReadOnlyMemory<byte> bytes)
    {
        _writes.Begin();
        try
        {
            await body.WriteAsync(bytes).ConfigureAwait(false);
            await body.FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            _writes.Done();
        }
    }

    public ValueTask Close(int code, string reason)
    {
        _ended.TrySetResult();
        return ValueTask.CompletedTask;
    }

    public void Abort()
    {
        _ended.TrySetResult();
        _abort.Now();
    }

    /// <summary>The last that is done here before the request's handler returns: a write that waits is cut off, and nothing comes behind it.</summary>
    public async ValueTask End()
    {
        if (_writes.End() is { } last)
        {
            Abort();
            await last.ConfigureAwait(false);
        }

        _abort.Over();
    }
}

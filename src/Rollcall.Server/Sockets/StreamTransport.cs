using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Rollcall.Core.Fanout;
using Rollcall.Server.Sockets.Direct;
using Rollcall.Server.Streams;

namespace Rollcall.Server.Sockets;

/// <summary>The portable transport: finished frames into the stream of a request that became a socket, plain or TLS.</summary>
/// <param name="reads">The request's stream.</param>
/// <param name="writes">The same, or the connection's TLS below it: nobody else writes there until the request ends.</param>
/// <param name="address">Where the client is.</param>
/// <param name="abort">Ends the connection, or over HTTP/2 its one stream, and what waits in a stream with it.</param>
/// <param name="time">What the client's end is waited for by.</param>
/// <param name="socket">The connection's, where it has nothing else to carry.</param>
/// <param name="between">What TLS writes into, where there is TLS.</param>
/// <param name="output">What that writes into, where it is ours.</param>
internal sealed class StreamTransport(
    Stream reads, Stream writes, IPAddress? address, Action abort, TimeProvider time, Socket? socket = null, object? between = null, TlsOutput? output = null)
    : WebSocketTransport
{
    /// <summary>How long a client is waited for that cannot be told that no more will be sent.</summary>
    private static readonly TimeSpan UntoldEndTimeout = TimeSpan.FromSeconds(0.25);

    /// <summary>Small slices are joined, so that a reply and the events behind it are one write: the most that a TLS record holds.</summary>
    private const int JoinedBytes = 16 * 1024;

    private readonly object? _handle = output?.Handle;
    private RequestWrites _writes;

    /// <summary>A write that was to be held and had to wait for TLS itself.</summary>
    private Task? _late;

    public override Delivery Delivery => TcpProgress.DeliveryOn(socket);

    public override IPAddress? Address => address;

    public override ValueTask<int> Read(Memory<byte> into) => reads.ReadAsync(into);

    public override async ValueTask Send(ReadOnlyMemory<byte> bytes)
    {
        _writes.Begin();
        try
        {
            await writes.WriteAsync(bytes).ConfigureAwait(false);
        }
        finally
        {
            _writes.Done();
        }
    }

    public override async ValueTask Send(IReadOnlyList<ReadOnlyMemory<byte>> slices)
    {
        _writes.Begin();
        try
        {
            await Write(slices).ConfigureAwait(false);
        }
        finally
        {
            _writes.Done();
        }
    }

    public override bool CanHold => output is not null;

    public override void FetchAhead()
    {
        Prefetch.Begin(writes);
        Prefetch.Begin(between);
        Prefetch.Begin(output);
        Prefetch.Begin(_handle);
    }

    /// <summary>Encrypts, and has what is below TLS keep the result.</summary>
    public override bool TryHold(ReadOnlyMemory<byte> bytes)
    {
        if (output is null || !output.TryHold(bytes.Length))
        {
            return false;
        }

        var began = false;
        try
        {
            _writes.Begin();
            began = true;
            var writing = writes.WriteAsync(bytes);
            _late = writing.IsCompletedSuccessfully ? null : writing.AsTask();
            output.Held();
            return true;
        }
        catch
        {
            output.Drop();
            if (began)
            {
                _writes.Done();
            }

            throw;
        }
    }

    public override ValueTask Release()
    {
        ValueTask sending;
        try
        {
            sending = output!.Release();
        }
        catch
        {
            _writes.Done();
            throw;
        }

        if (_late is null && sending.IsCompletedSuccessfully)
        {
            _writes.Done();
            return ValueTask.CompletedTask;
        }

        return Finish(sending);
    }

    /// <summary>
    /// The server ends what it has begun when the request's handler returns: from here on no write begins, and one that
    /// waits is cut off. Where it then closes the connection, the client is waited for.
    /// </summary>
    public override async ValueTask End()
    {
        if (_writes.End() is { } last)
        {
            Abort();
            await last.ConfigureAwait(false);
        }
        else if (socket is not null)
        {
            await WaitForItsEnd().ConfigureAwait(false);
        }
    }

    protected override void Cut() => abort();

    private async ValueTask WaitForItsEnd()
    {
        try
        {
            var tls = writes as SslStream;
            if (tls is not null)
            {
                await tls.ShutdownAsync().WaitAsync(EndTimeout, time).ConfigureAwait(false);
            }

            await ReadToTheEnd(reads.ReadAsync, tls is null ? UntoldEndTimeout : EndTimeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Abort();
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // It is gone already, or does not answer.
        }
    }

    private async ValueTask Finish(ValueTask sending)
    {
        try
        {
            await sending.ConfigureAwait(false);
            await (_late ?? Task.CompletedTask).ConfigureAwait(false);
        }
        finally
        {
            _late = null;
            _writes.Done();
        }
    }

    /// <summary>As few writes, and under TLS records, as it takes: small slices are copied together, large ones go by themselves.</summary>
    private async ValueTask Write(IReadOnlyList<ReadOnlyMemory<byte>> slices)
    {
        for (var next = 0; next < slices.Count;)
        {
            var (behind, bytes) = Together(slices, next);
            if (behind - next == 1)
            {
                await writes.WriteAsync(slices[next]).ConfigureAwait(false);
            }
            else
            {
                var joined = ArrayPool<byte>.Shared.Rent(bytes);
                Join(slices, next, behind, joined);
                await writes.WriteAsync(joined.AsMemory(0, bytes)).ConfigureAwait(false);
                ArrayPool<byte>.Shared.Return(joined);
            }

            next = behind;
        }
    }

    /// <summary>What is one write from a slice on: at least that, and of those behind it as many as fit. The first that is not, and the bytes.</summary>
    private static (int Behind, int Bytes) Together(IReadOnlyList<ReadOnlyMemory<byte>> slices, int first)
    {
        var (behind, bytes) = (first + 1, slices[first].Length);
        for (; behind < slices.Count && bytes + slices[behind].Length <= JoinedBytes; behind++)
        {
            bytes += slices[behind].Length;
        }

        return (behind, bytes);
    }

    private static void Join(IReadOnlyList<ReadOnlyMemory<byte>> slices, int first, int behind, Span<byte> into)
    {
        for (var i = first; i < behind; i++)
        {
            slices[i].Span.CopyTo(into);
            into = into[slices[i].Length..];
        }
    }
}

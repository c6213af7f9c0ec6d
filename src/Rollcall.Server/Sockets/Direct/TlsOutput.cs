using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// What lies below TLS in place of the web server's own way out: encrypted bytes go into the kernel at once, on the thread
/// that encrypted them, instead of into a pipe that another thread empties. What comes in is the web server's, as ever, but read in turns.
/// Errors are told as the web server tells them: the connection is aborted, and who goes on writing writes into the void.
/// </summary>
internal sealed class TlsOutput : PipeWriter, IDuplexPipe
{
    private readonly ConnectionContext _connection;
    private readonly Socket _socket;
    private readonly SafeSocketHandle _handle;
    private ArrayBufferWriter<byte>? _unflushed;
    private Range _held;

    /// <summary>The thread that holds something, and will release it; 0 for none.</summary>
    private volatile int _heldBy;

    /// <summary>Guards <see cref="_last"/> and the order of what is sent: the pump writes, and so may TLS itself.</summary>
    private readonly Lock _order = new();
    private Task _last = Task.CompletedTask;
    private bool _isGone;

    private TlsOutput(ConnectionContext connection, Socket socket)
    {
        (_connection, _socket, Input) = (connection, socket, new TlsInput(connection.Transport.Input));
        _socket.Blocking = false;
        _handle = socket.SafeHandle;
    }

    public PipeReader Input { get; }

    public SafeSocketHandle Handle => _handle;

    public PipeWriter Output => this;

    /// <summary>Serves a connection with this below its TLS, where it is a socket.</summary>
    public static async Task Serve(ConnectionContext connection, ConnectionDelegate tls)
    {
        if (connection.Features.Get<IConnectionSocketFeature>() is not { Socket: var socket })
        {
            await tls(connection).ConfigureAwait(false);
            return;
        }

        var own = connection.Transport;
        TlsOutput output;
        try
        {
            output = new TlsOutput(connection, socket);
        }
        catch (ObjectDisposedException)
        {
            // Aborted before it began.
            return;
        }

        connection.Transport = output;
        connection.Features.Set(output);
        try
        {
            await tls(connection).ConfigureAwait(false);
        }
        finally
        {
            // The web server ends the connection by completing its own, and waits for what is still to be sent, but not here.
            connection.Transport = own;
            await output._last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Has what TLS writes on this thread kept, from here to <see cref="Held"/>, until <see cref="Release"/>. False when
    /// there is no room for what that may be.
    /// </summary>
    /// <param name="length">Of what TLS is given.</param>
    public bool TryHold(int length)
    {
        if (!HeldRecords.OfThisThread.TryBegin(this, length))
        {
            return false;
        }

        _heldBy = Environment.CurrentManagedThreadId;
        return true;
    }

    /// <summary>TLS has written.</summary>
    public void Held() => _held = HeldRecords.OfThisThread.End();

    /// <summary>TLS has failed: nothing is kept.</summary>
    public void Drop()
    {
        Held();
        HeldRecords.OfThisThread.Done();
        _heldBy = 0;
    }

    /// <summary>Sends what was kept; on the thread that kept it.</summary>
    public ValueTask Release()
    {
        var records = HeldRecords.OfThisThread;
        try
        {
            var sending = Write(records[_held], copied: true, CancellationToken.None);
            return sending.IsCompletedSuccessfully ? ValueTask.CompletedTask : new(sending.AsTask());
        }
        finally
        {
            records.Done();
            _heldBy = 0;
        }
    }

    /// <summary>What TLS does: no copy, and nothing is kept but what is to be held.</summary>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (HeldRecords.TryKeep(this, source.Span))
        {
            return new(Result);
        }

        WaitWhileHeld();
        if (_unflushed is null)
        {
            return Write(source, copied: false, cancellationToken);
        }

        _unflushed.Write(source.Span);
        return FlushAsync(cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        WaitWhileHeld();
        var unflushed = _unflushed;
        _unflushed = null;
        return unflushed is null ? new(Result) : Write(unflushed.WrittenMemory, copied: false, cancellationToken);
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => Unflushed.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Unflushed.GetSpan(sizeHint);

    public override void Advance(int bytes) => Unflushed.Advance(bytes);

    /// <summary>Nobody waits for a reader here; a send is ended by the token it was given, once its turn has come, or with the connection.</summary>
    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null) => _isGone = true;

    /// <summary>
    /// TLS itself may have to say something, on the thread that reads: its records come in the order in which they were
    /// made, or the other side takes none of them. What is held is released when some 32 others have been written to.
    /// </summary>
    private void WaitWhileHeld()
    {
        for (var spin = default(SpinWait); _heldBy is var thread && thread != 0 && thread != Environment.CurrentManagedThreadId; spin.SpinOnce())
        {
        }
    }

    private ArrayBufferWriter<byte> Unflushed => _unflushed ??= new ArrayBufferWriter<byte>();

    private FlushResult Result => new(isCanceled: false, isCompleted: _isGone);

    private ValueTask<FlushResult> Write(ReadOnlyMemory<byte> bytes, bool copied, CancellationToken cancellation)
    {
        try
        {
            lock (_order)
            {
                var waits = !_last.IsCompleted;
                var sent = _isGone ? bytes.Length : waits ? 0 : Send(bytes.Span);
                if (sent == bytes.Length)
                {
                    return new(Result);
                }

                var rest = WriteLater(waits ? _last : null, copied ? bytes[sent..].ToArray() : bytes[sent..], cancellation);
                _last = rest;
                return new(rest);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return new(End(gone));
        }
    }

    /// <summary>As <see cref="DirectSocket.Send"/>, of a socket that the web server closes: not while this call counts as a user of its handle.</summary>
    private int Send(ReadOnlySpan<byte> bytes)
    {
        var sent = OperatingSystem.IsLinux() ? Native.Send(_handle, in MemoryMarshal.GetReference(bytes), bytes.Length, Native.NoSignal) : -1;

        // Where it is full or gone, .NET asks again: it knows what the kernel's errors mean.
        return sent >= 0 ? (int)sent : _socket.SendNow(bytes);
    }

    /// <summary>Writes as soon as there is room, behind what waits for it already: nothing may come into the middle of a record.</summary>
    private async Task<FlushResult> WriteLater(Task? before, ReadOnlyMemory<byte> rest, CancellationToken cancellation)
    {
        if (before is not null)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_isGone)
        {
            return Result;
        }

        try
        {
            await _socket.SendLater(rest, cancellation).ConfigureAwait(false);
            return Result;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return End(gone);
        }
        catch (OperationCanceledException cut)
        {
            // Perhaps in the middle of a record: nothing that came behind it would be understood.
            End(cut);
            throw;
        }
    }

    private FlushResult End(Exception why)
    {
        _isGone = true;
        _connection.Abort(new ConnectionAbortedException(why.Message, why));
        return Result;
    }
}

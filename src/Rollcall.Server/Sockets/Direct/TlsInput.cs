using System.IO.Pipelines;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// What a connection says below its TLS, read in turns of a few records: TLS takes one record after the other, new keys among them, as
/// long as there is another read, and a client that always has more ready would keep the thread.
/// </summary>
/// <remarks>
/// Who had to wait for the client was woken by the pool, and takes one more read for that: the web server waits with an empty
/// one. So a client that pauses gives way to nobody.
/// </remarks>
internal sealed class TlsInput(PipeReader received) : PipeReader
{
    /// <summary>Bytes of one turn: a few large requests, or 150 new keys, each of which is answered.</summary>
    public const int Turn = 4096;

    private bool _waited;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var reading = received.ReadAsync(cancellationToken);
        if (!reading.IsCompletedSuccessfully)
        {
            _waited = true;
            return reading;
        }

        var read = OfOneTurn(reading.Result);
        var here = _waited;
        _waited = false;
        return here ? new(read) : Behind(read);
    }

    /// <summary>Cannot wait for its turn.</summary>
    public override bool TryRead(out ReadResult result) => received.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => received.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => received.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => received.CancelPendingRead();

    public override void Complete(Exception? exception = null) => received.Complete(exception);

    private static ReadResult OfOneTurn(ReadResult read) =>
        read.Buffer.Length <= Turn ? read : new(read.Buffer.Slice(0, Turn), read.IsCanceled, isCompleted: false);

    /// <summary>Behind whatever waits in the pool.</summary>
    private static async ValueTask<ReadResult> Behind(ReadResult read)
    {
        await Task.Yield();
        return read;
    }
}

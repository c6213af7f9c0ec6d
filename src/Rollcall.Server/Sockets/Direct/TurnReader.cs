using System.IO.Pipelines;

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// What a connection of the web server's says, read in turns: after some reads the next goes on in the pool, behind whatever
/// waits there. The web server handles one request after the other, and receives more of them, on the thread that it was woken
/// on, and a client that always has more ready would keep it.
/// </summary>
/// <remarks>
/// What was read at a turn's end is given back with the next turn. Until then the web server receives no more than its limit, and
/// lets go of its thread as well.
/// </remarks>
internal sealed class TurnReader(PipeReader received) : PipeReader
{
    /// <summary>Reads of one turn; a small request takes one, or two with a body.</summary>
    public const int Turn = 32;

    private int _reads;
    private (SequencePosition Consumed, SequencePosition Examined)? _kept;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _kept is null ? received.ReadAsync(cancellationToken) : ReadInTurn(cancellationToken);

    /// <summary>Cannot wait for its turn; the next read that can, does.</summary>
    public override bool TryRead(out ReadResult result)
    {
        if (_kept is not null)
        {
            GiveBack();
            _reads = Turn;
        }

        return received.TryRead(out result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (++_reads < Turn)
        {
            received.AdvanceTo(consumed, examined);
        }
        else
        {
            (_reads, _kept) = (0, (consumed, examined));
        }
    }

    public override void CancelPendingRead() => received.CancelPendingRead();

    public override void Complete(Exception? exception = null) => received.Complete(exception);

    private async ValueTask<ReadResult> ReadInTurn(CancellationToken cancellationToken)
    {
        await Task.Yield();
        GiveBack();
        return await received.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    private void GiveBack()
    {
        var (consumed, examined) = _kept!.Value;
        _kept = null;
        received.AdvanceTo(consumed, examined);
    }
}

using System.Threading.Channels;

namespace Rollcall.Core;

/// <summary>
/// What waits for the writer, and not more than so much: in order, but that large batches let pass what is small, or everybody's next word would wait for as
/// many of them as are there. Anybody adds; only the writer takes.
/// </summary>
/// <param name="length">Submissions that may wait; of those that came together, each counts. Of their commands, <see cref="CommandsEach"/> times as many, and who has only so few may nevertheless.</param>
internal sealed class SubmissionQueue(int length)
{
    /// <summary>Most submissions are of one command; batches are of up to thousands, behind which everybody else waits.</summary>
    public const int CommandsEach = 8;

    /// <summary>A batch of more commands is large: they take some milliseconds.</summary>
    private const int Large = 256;

    /// <summary>Large batches that were passed by, and the clock behind them, in order. Touched by the writer alone.</summary>
    private readonly Queue<Submission> _large = new();

    /// <summary>Whether the clock is among these: it rings again behind that.</summary>
    private bool _clockWaits;

    private readonly Channel<Submission> _channel = Channel.CreateBounded<Submission>(new BoundedChannelOptions(length) { SingleReader = true });

    /// <summary>What the channel's own count lacks of those that came together.</summary>
    private int _uncounted;

    /// <summary>Commands that wait in batches.</summary>
    private int _batched;

    /// <summary>Whether somebody who is heard was refused, and the writer does not know it yet.</summary>
    private bool _unheard;

    /// <summary>Submissions that wait.</summary>
    public int Count => _channel.Reader.Count + Volatile.Read(ref _uncounted) + _large.Count;

    /// <summary>Adds a submission; false when there is no room for it, or nothing is taken any more. A batch of more than a few commands needs room for its first one only.</summary>
    public bool TryAdd(Submission submission)
    {
        var (uncounted, batched) = (Uncounted(submission), Batched(submission));
        var before = Interlocked.Add(ref _batched, batched) - batched;
        var waiting = Interlocked.Add(ref _uncounted, uncounted) + _channel.Reader.Count;
        if (waiting < length && (batched <= CommandsEach || before < length * CommandsEach) && _channel.Writer.TryWrite(submission))
        {
            return true;
        }

        Interlocked.Add(ref _batched, -batched);
        Interlocked.Add(ref _uncounted, -uncounted);
        if (submission.IsHeard)
        {
            Volatile.Write(ref _unheard, true);
        }

        return false;
    }

    /// <summary>Whether somebody was refused whose sign of life it may have been, if that was not said yet.</summary>
    public bool RefusedSomebody() => Volatile.Read(ref _unheard) && Interlocked.Exchange(ref _unheard, false);

    /// <summary>Adds a submission as soon as there is room; false when nothing is taken any more.</summary>
    public async ValueTask<bool> Add(Submission submission)
    {
        while (await _channel.Writer.WaitToWriteAsync().ConfigureAwait(false))
        {
            if (_channel.Writer.TryWrite(submission))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Waits until there is something; false once nothing will come any more.</summary>
    public ValueTask<bool> Wait() => _large.Count > 0 ? ValueTask.FromResult(true) : _channel.Reader.WaitToReadAsync();

    /// <summary>Takes the next that is not large, or all that came together with it; gives how many commands that is, and 0 when nothing waits.</summary>
    public int Take(List<Submission> into)
    {
        while (_channel.Reader.TryRead(out var submission))
        {
            Interlocked.Add(ref _uncounted, -Uncounted(submission));
            if (Batched(submission) > Large)
            {
                _large.Enqueue(submission);
            }
            else if (submission is Submission.Tick && _large.Count > 0)
            {
                Park(submission);
            }
            else
            {
                return Take(submission, into);
            }
        }

        return 0;
    }

    /// <summary>As <see cref="Take(List{Submission})"/>, of those that are large.</summary>
    public int TakeLarge(List<Submission> into)
    {
        if (!_large.TryDequeue(out var submission))
        {
            return 0;
        }

        _clockWaits &= submission is not Submission.Tick;
        return Take(submission, into);
    }

    /// <summary>The clock passes nobody who was heard before it rang.</summary>
    private void Park(Submission tick)
    {
        if (!_clockWaits)
        {
            _clockWaits = true;
            _large.Enqueue(tick);
        }
    }

    private int Take(Submission submission, List<Submission> into)
    {
        Interlocked.Add(ref _batched, -Batched(submission));
        switch (submission)
        {
            case Submission.Together together:
                into.AddRange(together.Items);
                return together.Items.Count;
            case Submission.Commands commands:
                into.Add(commands);
                return Math.Max(1, commands.Items.Count);
            default:
                into.Add(submission);
                return 1;
        }
    }

    /// <summary>Nothing more is taken.</summary>
    public void Complete() => _channel.Writer.TryComplete();

    private static int Batched(Submission submission) => submission is Submission.Commands { Items.Count: > 1 and var commands } ? commands : 0;

    private static int Uncounted(Submission submission) => submission is Submission.Together together ? together.Items.Count - 1 : 0;
}

using System.Diagnostics;

namespace Rollcall.Bench.Load;

/// <summary>Plays a load: sends the slots' commands and lets the poller hear what comes of them, all on one thread.</summary>
internal sealed class Player : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>After connecting, each side's TCP waits for its last acknowledgements, up to 40 ms, and goes on differently from then on.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);

    private readonly Poller _poller;
    private readonly Board _board;
    private readonly IReadOnlyList<ICaller> _callers;
    private readonly Func<int, byte[]> _next;
    private readonly long[] _sent;
    private readonly long[] _answered;
    private Action<int> _done = _ => { };

    /// <summary>Takes the callers, and disposes of them in the end.</summary>
    /// <param name="poller">Where the watchers are, too.</param>
    /// <param name="board">Where the watchers note what they hear.</param>
    /// <param name="callers">A caller for each slot.</param>
    /// <param name="next">The next command of a slot.</param>
    public Player(Poller poller, Board board, IReadOnlyList<ICaller> callers, Func<int, byte[]> next)
    {
        (_poller, _board, _next) = (poller, board, next);
        (_sent, _answered) = (new long[board.Slots], new long[board.Slots]);
        _callers = callers;
        board.HeardByAll = Check;
        for (var i = 0; i < _callers.Count; i++)
        {
            var slot = i;
            _callers[slot].Answered = at =>
            {
                _answered[slot] = at;
                Check(slot);
            };
        }
    }

    /// <summary>Lets a while go by, as behind everybody's connecting, so that what follows is as it will be from then on.</summary>
    public void Settle()
    {
        for (var gathered = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(gathered) < Settling;)
        {
            _poller.Turn(10);
        }
    }

    /// <summary>
    /// Closed: a slot's next command is sent when its last was answered and everybody has heard of it. Gives the number
    /// of commands and the seconds that they took.
    /// </summary>
    public (int Commands, double Seconds) PlayClosed(TimeSpan duration)
    {
        var (commands, running) = (0, _board.Slots);
        var began = Stopwatch.GetTimestamp();
        var end = began + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        _done = slot =>
        {
            commands++;
            if (Stopwatch.GetTimestamp() < end)
            {
                Send(slot);
            }
            else
            {
                running--;
            }
        };
        for (var slot = 0; slot < _board.Slots; slot++)
        {
            Send(slot);
        }

        TurnUntil(() => running == 0, duration);
        _board.Check();
        return (commands, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    /// <summary>
    /// Open: commands are sent at their times, whatever became of those before, a slot after the other. Tells of each
    /// that is done when it was sent and answered, with the board still open to be read, and how late each was sent.
    /// </summary>
    public void PlayOpen(int perSecond, TimeSpan duration, Action<int, long, long> done, Action<TimeSpan> late)
    {
        var (commands, finished) = ((int)(duration.TotalSeconds * perSecond), 0);
        _done = slot =>
        {
            finished++;
            done(slot, _sent[slot], _answered[slot]);
        };
        var began = Stopwatch.GetTimestamp();
        for (var command = 0; command < commands; command++)
        {
            var due = TimeSpan.FromSeconds((double)command / perSecond);
            for (TimeSpan wait; (wait = due - Stopwatch.GetElapsedTime(began)) > TimeSpan.Zero;)
            {
                _poller.Turn((int)wait.TotalMilliseconds);
            }

            late(Stopwatch.GetElapsedTime(began) - due);
            Send(command % _board.Slots);
        }

        TurnUntil(() => finished == commands, TimeSpan.Zero);
        _board.Check();
    }

    public void Dispose()
    {
        foreach (var caller in _callers)
        {
            caller.Dispose();
        }
    }

    private void Send(int slot)
    {
        _board.Begin(slot);
        _sent[slot] = Stopwatch.GetTimestamp();
        _callers[slot].Send(_next(slot));
    }

    private void Check(int slot)
    {
        if (!_board.IsOpen(slot) && _callers[slot].IsAnswered)
        {
            _done(slot);
        }
    }

    private void TurnUntil(Func<bool> done, TimeSpan expected)
    {
        for (var began = Stopwatch.GetTimestamp(); !done();)
        {
            _poller.Turn(100);
            if (Stopwatch.GetElapsedTime(began) > expected + Patience)
            {
                throw new TimeoutException("not everybody has heard of everything");
            }
        }
    }
}

namespace Rollcall.Core.Fleet;

/// <summary>Counts the commands that were answered, and how many of them were refused. Safe from any thread.</summary>
public sealed class CommandCounts(TimeProvider time)
{
    private const int Seconds = 60;

    private readonly Lock _gate = new();
    private readonly (long Second, long Answered, long Refused)[] _lastMinute = new (long, long, long)[Seconds];
    private long _answered;
    private long _refused;

    /// <summary>Since the hub started.</summary>
    public (long Answered, long Refused) Total
    {
        get
        {
            lock (_gate)
            {
                return (_answered, _refused);
            }
        }
    }

    /// <summary>Within the last minute, to the second.</summary>
    public (long Answered, long Refused) LastMinute
    {
        get
        {
            lock (_gate)
            {
                var oldest = Second - Seconds + 1;
                var recent = _lastMinute.Where(slot => slot.Second >= oldest).ToList();
                return (recent.Sum(slot => slot.Answered), recent.Sum(slot => slot.Refused));
            }
        }
    }

    private long Second => 1 + (long)time.GetElapsedTime(0).TotalSeconds;

    /// <summary>Takes note of the answers to a caller's commands.</summary>
    public void Add(IReadOnlyList<Outcome> outcomes)
    {
        var (refused, second) = (0, Second);
        for (var i = 0; i < outcomes.Count; i++)
        {
            refused += outcomes[i] is Outcome.Refused ? 1 : 0;
        }

        lock (_gate)
        {
            _answered += outcomes.Count;
            _refused += refused;
            ref var slot = ref _lastMinute[second % Seconds];
            slot = slot.Second == second
                ? (second, slot.Answered + outcomes.Count, slot.Refused + refused)
                : (second, outcomes.Count, refused);
        }
    }
}

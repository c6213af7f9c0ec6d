namespace Rollcall.Core.Fanout;

/// <summary>
/// Who pumps an outlet: one at a time, and once more for whoever was turned away meanwhile. Each step is a full fence: what is looked at behind it is
/// seen as it is by then.
/// </summary>
internal struct PumpTurn
{
    private const int Nobody = 0;
    private const int Somebody = 1;
    private const int SomebodyAndMore = 2;

    private int _state;

    /// <summary>Takes the turn; or, where somebody has it, has them go on once more.</summary>
    public bool TryTake() =>
        Interlocked.CompareExchange(ref _state, Somebody, Nobody) == Nobody || Interlocked.Exchange(ref _state, SomebodyAndMore) == Nobody;

    /// <summary>Gives the turn up; or keeps it, where somebody was turned away since it was taken or kept.</summary>
    public bool TryGiveUp()
    {
        if (Interlocked.CompareExchange(ref _state, Nobody, Somebody) == Somebody)
        {
            return true;
        }

        Interlocked.Exchange(ref _state, Somebody);
        return false;
    }
}

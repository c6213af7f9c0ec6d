using System.Diagnostics;

namespace Rollcall.Core.Fanout;

/// <summary>
/// Has subscriptions begin in rounds, one after the other: who comes during one begins with the next, all of them as of the same moment. However many come
/// while the fleet changes, each asking for something else, it costs a part of a core. Safe from any thread.
/// </summary>
/// <param name="begin">Begins those of a round, and tells each as of when as soon as what it shares with others is made.</param>
internal sealed class StateRounds(Func<IReadOnlyList<StateRounds.Waiting>, ValueTask> begin)
{
    /// <summary>Behind a round, so many times what it took is rested, when they go on and on.</summary>
    private const int RestFactor = 4;

    /// <summary>So much goes into them without a rest: more than a page needs that joins a few topics.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(0.1);

    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(0.5);

    private readonly Lock _gate = new();

    /// <summary>Who waits for the next round; null while there is none under way.</summary>
    private List<Waiting>? _next;

    /// <summary>What went into rounds and was not rested from yet, as of when. Touched by one round at a time.</summary>
    private TimeSpan _spent;

    private long _spentAt = Stopwatch.GetTimestamp();

    /// <summary>Begins a subscription with a state as of now or a little later; gives the moment that it is to be of.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="isNew">Whether it was told nothing yet, so that it may begin with a moment that is over.</param>
    /// <exception cref="OperationCanceledException">Its connection ended meanwhile.</exception>
    public async ValueTask<Moment> Begin(Subscription subscription, bool isNew)
    {
        var waiting = new Waiting(subscription, isNew);
        bool isFirst;
        lock (_gate)
        {
            isFirst = _next is null;
            (_next ??= []).Add(waiting);
        }

        if (isFirst)
        {
            await Go().ConfigureAwait(false);
        }

        return await waiting.Told.Task.ConfigureAwait(false);
    }

    /// <summary>Goes through a round, and has the next gone through behind it.</summary>
    private async Task Go()
    {
        List<Waiting> round;
        lock (_gate)
        {
            (round, _next) = (_next!, []);
        }

        var began = Stopwatch.GetTimestamp();
        round.FindAll(waiting => waiting.IsGone).ForEach(gone => gone.Told.SetCanceled());
        round.RemoveAll(waiting => waiting.Told.Task.IsCanceled);
#pragma warning disable CA1031
        try
        {
            await begin(round).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            round.ForEach(waiting => waiting.Told.TrySetException(failure));
        }
#pragma warning restore CA1031

        var rest = RestFrom(began);
        if (rest >= ShortestRest || !IsOver())
        {
            _ = GoOn(rest);
        }
    }

    private async Task GoOn(TimeSpan rest)
    {
        if (rest >= ShortestRest)
        {
            await Task.Delay(rest, TimeProvider.System).ConfigureAwait(false);
        }
        else
        {
            await Task.Yield();
        }

        if (!IsOver())
        {
            await Go().ConfigureAwait(false);
        }
    }

    /// <summary>How long to rest behind a round. It is from what it costs that is rested, whatever the hub's clock says.</summary>
    private TimeSpan RestFrom(long began)
    {
        var rested = _spent - (Stopwatch.GetElapsedTime(_spentAt, began) / RestFactor);
        _spent = (rested > TimeSpan.Zero ? rested : TimeSpan.Zero) + Stopwatch.GetElapsedTime(began);
        _spentAt = Stopwatch.GetTimestamp();
        var rest = (_spent - Burst) * RestFactor;
        return rest < LongestRest ? rest : LongestRest;
    }

    /// <summary>Whether nobody waits, so that who comes next is the first again.</summary>
    private bool IsOver()
    {
        lock (_gate)
        {
            _next = _next!.Count == 0 ? null : _next;
            return _next is null;
        }
    }

    /// <summary>A subscription that is to begin.</summary>
    internal sealed class Waiting(Subscription subscription, bool isNew)
    {
        public Subscription Subscription => subscription;

        /// <summary>Whether it may begin with a moment that is over.</summary>
        public bool IsNew => isNew;

        /// <summary>Whether nobody reads any more what it would be told.</summary>
        public bool IsGone => subscription.Outlet.IsClosed;

        /// <summary>As of when it begins.</summary>
        public TaskCompletionSource<Moment> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

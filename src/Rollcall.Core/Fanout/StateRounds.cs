using System.Diagnostics;
using Rollcall.Core.Fleet;

namespace Rollcall.Core.Fanout;

/// <summary>
/// Has subscriptions begin in rounds, one after the other: who comes during one begins with the next, all of them as of the same moment. However many come
/// while the fleet changes, each asking for something else, it costs a part of a core. Safe from any thread.
/// </summary>
/// <param name="begin">Begins those of a round, says of each as of which view, and makes what they share.</param>
internal sealed class StateRounds(Func<IReadOnlyList<StateRounds.Waiting>, ValueTask> begin)
{
    /// <summary>Behind each round comes a rest of so many times what it took, so that there is more than this to be done.</summary>
    private const int Rest = 3;

    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(0.5);

    private readonly Lock _gate = new();

    /// <summary>Who waits for the next round; null while there is none under way.</summary>
    private List<Waiting>? _next;

    /// <summary>Begins a subscription with a state as of now or a little later; gives the view that it is to be of.</summary>
    /// <exception cref="OperationCanceledException">Its connection ended meanwhile.</exception>
    public async ValueTask<FleetView> Begin(Subscription subscription)
    {
        var waiting = new Waiting(subscription);
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
            round.ForEach(waiting => waiting.Told.SetResult(waiting.View!));
        }
        catch (Exception failure)
        {
            round.ForEach(waiting => waiting.Told.TrySetException(failure));
        }
#pragma warning restore CA1031

        var rest = Stopwatch.GetElapsedTime(began) * Rest;
        if (rest >= ShortestRest || !IsOver())
        {
            _ = GoOn(rest < LongestRest ? rest : LongestRest);
        }
    }

    /// <summary>It is from what it costs that is rested, whatever the hub's clock says.</summary>
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
    internal sealed class Waiting(Subscription subscription)
    {
        public Subscription Subscription => subscription;

        /// <summary>As of which it begins; set by whoever begins it.</summary>
        public FleetView? View { get; set; }

        /// <summary>Whether nobody reads any more what it would be told.</summary>
        public bool IsGone => subscription.Outlet.IsClosed;

        public TaskCompletionSource<FleetView> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

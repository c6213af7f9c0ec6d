using System.Buffers;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Core.Fanout;

/// <summary>How a subscription begins, and how it begins anew when it has fallen behind: snapshots, resumes, replays.</summary>
public sealed partial class Fanout
{
    /// <summary>So long a state may be begun with that was made before: it says when each session was last heard.</summary>
    private static readonly TimeSpan HeldFor = TimeSpan.FromSeconds(5);

    /// <summary>And so long where those that are held weigh twice as much as they should.</summary>
    private static readonly TimeSpan HeldAtMost = TimeSpan.FromMinutes(1);

    /// <summary>As of when states were made last, while those that are held weigh too much.</summary>
    private volatile Moment? _held;

    /// <summary>What the states weigh that are held, by whoever reads them slowly, or not collected yet, in shares of what they may.</summary>
    internal double HeldShare => (double)_snapshots.HeldBytes / Weight.Most;

    /// <summary>Whether there is room for a selection: of combinations of topics there are so many at a time.</summary>
    public bool HasRoom(Selection selection, ICodec codec)
    {
        lock (_gate)
        {
            return _runs.HasRoom(selection, codec);
        }
    }

    /// <summary>Begins a subscription at this very moment; it is told nothing before <see cref="Outlet.Start"/>.</summary>
    /// <param name="outlet">Whose.</param>
    /// <param name="selection">What it hears.</param>
    /// <param name="codec">How it is told.</param>
    /// <param name="joinRef">The client's own name for it.</param>
    /// <param name="after">The last sequence number it knows; null when it knows nothing.</param>
    public Attachment Attach(Outlet outlet, Selection selection, ICodec codec, string? joinRef, long? after)
    {
        lock (_gate)
        {
            var resumed = after is { } known && CanResume(selection, known);
            var subscription = Place(outlet, selection, codec, joinRef);
            if (resumed && subscription.Run.After(after!.Value) is { } cursor)
            {
                // Who is told the aggregate as of now hears no older one behind it.
                (subscription.Cursor, subscription.StatedAt) = (cursor, _order);
            }
            else if (resumed)
            {
                subscription.GoOnBehindReplay(after!.Value, _view.Seq, _order);
            }

            return new Attachment(subscription, _view, resumed);
        }
    }

    /// <summary>
    /// The state that a subscription begins with, which goes on behind it: as of now or a little later; or, while the states that are held take too much memory, some
    /// seconds old, and what followed comes from the log. Asked by whoever is about to start it.
    /// </summary>
    /// <exception cref="OperationCanceledException">The connection ended meanwhile, so that it is of no use.</exception>
    public ValueTask<Snapshot> Describe(Subscription subscription) => Describe(subscription, isNew: true);

    /// <summary>As <see cref="Describe(Subscription)"/>, for a subscription that fell behind and has heard more than what is old. Asked by its pump.</summary>
    internal ValueTask<Snapshot> DescribeAnew(Subscription subscription) => Describe(subscription, isNew: false);

    /// <summary>
    /// The aggregate as an ordinary event, as of an attachment. Who resumes is told it, because what it missed of events
    /// that are not in the log cannot be told again, but their last state can. Null when it does not hear the aggregate.
    /// </summary>
    public ReadOnlyMemory<byte>? Aggregate(Attachment attachment) => FrameOf(attachment.Subscription, _snapshots.Aggregate(attachment.View));

    /// <summary>
    /// Has a subscription that fell behind go on from the log, which has what followed, where another state would be of no use: the last one took longer to read than
    /// the run keeps what is told, so that this would be so again and again; or those that are held take too much memory.
    /// </summary>
    /// <returns>What is told first; null where the state has to be told.</returns>
    internal IReadOnlyList<ReadOnlyMemory<byte>>? GoOnFromLog(Subscription subscription)
    {
        var holdsTooMuch = HeldShare > 1;
        FleetView view;
        bool counted;
        lock (_gate)
        {
            var known = subscription.HasOnlyState ? subscription.ReplayUpTo
                : holdsTooMuch && subscription.ToldUpTo is { } told && _view.Seq - told <= Subscription.MostLacking ? told : -1;
            if (!CanResume(subscription.Selection, known))
            {
                return null;
            }

            // Of a state that was over when it began, nobody noted what came behind it.
            (view, counted) = (_view, subscription.IsLost || subscription.Run.LastCountAt > subscription.StatedAt);
            subscription.GoOnBehindReplay(known, view.Seq, _order);
        }

        return [.. StateOf(subscription, view, counted)];
    }

    /// <summary>The next frames from the log for a subscription that resumes; at its end, the run takes over.</summary>
    internal async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> Replay(Subscription subscription)
    {
        var page = await _replays.Next(subscription).ConfigureAwait(false);
        if (subscription.IsStopped || !Holds(subscription.Selection, subscription.ReplayAfter) || page.Frames is null)
        {
            // Retention was there first, so that what was read may lack something; or it cannot be said.
            subscription.IsLost = !subscription.IsStopped;
            subscription.ReplayAfter = subscription.ReplayUpTo;
            return [];
        }

        subscription.ReplayAfter = page.UpTo;
        var frames = page.Frames.Select(told => told.Frame);
        FleetView view;
        bool counted;
        lock (_gate)
        {
            if (!subscription.HasFallenBehind)
            {
                return [.. frames];
            }

            // A long replay: what the run dropped meanwhile is in the log as well.
            if (subscription.IsSlowerThan(_view.Seq))
            {
                return [.. frames];
            }

            (view, counted) = (_view, subscription.Run.LastCountAt > subscription.StatedAt);
            subscription.GoOnBehindReplay(page.UpTo, view.Seq, _order);
        }

        return [.. frames, .. StateOf(subscription, view, counted)];
    }

    private async ValueTask<Snapshot> Describe(Subscription subscription, bool isNew)
    {
        var moment = subscription.Selection.ListsSessions
            ? await _rounds.Begin(subscription, isNew).ConfigureAwait(false)
            : BeginNow(subscription);
        var snapshot = await _snapshots.Of(subscription.Selection, moment, () => !subscription.Outlet.IsClosed).ConfigureAwait(false);
        if (snapshot.Parts.Sum(part => (long)part.Length) <= Run.KeptBytes)
        {
            subscription.NoteSmallState();
        }

        return snapshot;
    }

    private Moment BeginNow(Subscription subscription)
    {
        lock (_gate)
        {
            subscription.GoOnBehindState(_view.Seq, _order);
            return new Moment(_view, _order, Time.GetUtcNow());
        }
    }

    /// <summary>
    /// Begins the subscriptions of a round, and makes the states of the fleet that they share; what is to be read of single sessions is read by who asks. Where
    /// the states that are held weigh too much, who is new begins with the last that was made, and what followed comes from the log.
    /// </summary>
    private async ValueTask Begin(IReadOnlyList<StateRounds.Waiting> round)
    {
        var (held, share) = (_held, HeldShare);
        var begun = new List<(StateRounds.Waiting Waiting, Moment Moment)>(round.Count);
        Moment now;
        lock (_gate)
        {
            now = new Moment(_view, _order, Time.GetUtcNow());
            held = held is not null && IsNear(held, now, share) ? held : null;
            foreach (var waiting in round)
            {
                var moment = held is not null && waiting.IsNew && CanResume(waiting.Subscription.Selection, held.View.Seq) ? held : now;
                waiting.Subscription.GoOnBehindState(moment.View.Seq, moment.Order, lacksMore: moment.Order < _order);
                begun.Add((waiting, moment));
            }
        }

        foreach (var alike in begun.GroupBy(one => (one.Waiting.Subscription.Selection.StateKey, ReferenceEquals(one.Moment, held))))
        {
            var (first, moment) = alike.First();
#pragma warning disable CA1031
            try
            {
                await MakeShared(first.Subscription.Selection, moment).ConfigureAwait(false);
                alike.ToList().ForEach(one => one.Waiting.Told.SetResult(moment));
            }
            catch (Exception failure)
            {
                alike.ToList().ForEach(one => one.Waiting.Told.TrySetException(failure));
            }
#pragma warning restore CA1031
        }

        _held = HeldShare > 1 ? held ?? now : null;
    }

    private async ValueTask MakeShared(Selection selection, Moment moment)
    {
        foreach (var topic in selection.Topics.Where(topic => topic.Kind != TopicKind.Session))
        {
            await _snapshots.Of(selection.Topics.Count == 1 ? selection : new Selection([topic], null, selection.Projects), moment).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a moment may be begun with: it is not long over, and what followed it is in the log, and not too much of it.</summary>
    private bool IsNear(Moment held, Moment now, double share) =>
        (now.At - held.At).Duration() < (share > 2 ? HeldAtMost : share > 1 ? HeldFor : TimeSpan.Zero)
        && held.View.Seq >= _log.PrunedTo && now.View.Seq - held.View.Seq <= Subscription.MostLacking;

    /// <summary>The last of what is not in the log, for who has missed some of it: the aggregate, and the last change of each number of sessions.</summary>
    private IEnumerable<ReadOnlyMemory<byte>> StateOf(Subscription subscription, FleetView view, bool counted)
    {
        var counts = counted ? subscription.Selection.Topics.Select(topic => topic.Project).Distinct().SelectMany(project => view.RecentCounts.Of(project).Take(1)) : [];
        return counts.Append<HubEvent>(_snapshots.Aggregate(view)).Select(happened => FrameOf(subscription, happened)).OfType<ReadOnlyMemory<byte>>();
    }

    /// <summary>An event that is not in the log in the words of one subscription; null where it is not heard.</summary>
    private static ReadOnlyMemory<byte>? FrameOf(Subscription subscription, HubEvent happened)
    {
        var told = Publication.Of(happened);
        if (!subscription.Selection.Admits(told) || LogReplay.Heard(subscription.Selection, told) is not { } topic)
        {
            return null;
        }

        var frame = new ArrayBufferWriter<byte>();
        subscription.Codec.ForOne.WriteEvent(frame, topic, told);
        return frame.WrittenMemory;
    }

    private bool CanResume(Selection selection, long after) =>
        after >= 0 && after <= _view.Seq && Holds(selection, after) && !selection.Topics.All(topic => topic.Kind == TopicKind.Metrics);

    /// <summary>Whether the log still has everything after a sequence number that a selection hears.</summary>
    private bool Holds(Selection selection, long after) =>
        after >= _log.PrunedTo && (after >= _log.OutputPrunedTo || !selection.HearsOutput);

    private Subscription Place(Outlet outlet, Selection selection, ICodec codec, string? joinRef)
    {
        if (!_outlets[outlet.Shard.Index].Contains(outlet))
        {
            // A connection that has gone meanwhile listens to nothing.
            return new Subscription(outlet, _runs.NewRun(selection, codec, _view.Seq), joinRef);
        }

        var subscription = new Subscription(outlet, _runs.Of(selection, codec, _view.Seq), joinRef);
        subscription.Run.Join(subscription);
        outlet.Attached = [.. outlet.Attached, subscription];
        return subscription;
    }
}

/// <summary>A subscription that has just begun.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="View">The fleet at this moment.</param>
/// <param name="Resumed">Whether what was missed will be told, so that no snapshot is needed.</param>
public sealed record Attachment(Subscription Subscription, FleetView View, bool Resumed);

using System.Buffers;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Core.Fanout;

/// <summary>How a subscription begins, and how it begins anew when it has fallen behind: snapshots, resumes, replays.</summary>
public sealed partial class Fanout
{
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
                (subscription.ReplayAfter, subscription.ReplayUpTo, subscription.StatedAt) = (after!.Value, _view.Seq, _order);
            }

            return new Attachment(subscription, _view, resumed);
        }
    }

    /// <summary>The state of what a subscription hears, as of its attachment.</summary>
    public ValueTask<Snapshot> Describe(Attachment attachment) => _snapshots.Of(attachment.Subscription.Selection, attachment.View);

    /// <summary>
    /// The aggregate as an ordinary event, as of an attachment. Who resumes is told it, because what it missed of events
    /// that are not in the log cannot be told again, but their last state can. Null when it does not hear the aggregate.
    /// </summary>
    public ReadOnlyMemory<byte>? Aggregate(Attachment attachment) => FrameOf(attachment.Subscription, _snapshots.Aggregate(attachment.View));

    /// <summary>Moves a subscription that fell behind to the end of its run and gives the state as of there.</summary>
    internal ValueTask<Snapshot> Reattach(Subscription subscription)
    {
        FleetView view;
        lock (_gate)
        {
            subscription.Cursor = subscription.Run.AtEnd();
            subscription.IsLost = false;
            view = _view;
        }

        return _snapshots.Of(subscription.Selection, view);
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
            (view, counted) = (_view, subscription.Run.LastCountAt > subscription.StatedAt);
            (subscription.Cursor, subscription.ReplayUpTo, subscription.StatedAt) = (subscription.Run.AtEnd(), view.Seq, _order);
        }

        return [.. frames, .. StateOf(subscription, view, counted)];
    }

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

using System.Buffers;
using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Core.Fanout;

/// <summary>
/// Tells everyone who watches. Publishers append each event once per selection and codec; the shards do the writing.
/// One gate guards what there is: it is taken once per batch published and once per join, never per delivery.
/// </summary>
public sealed class Fanout : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Runs _runs;
    private readonly HashSet<Outlet>[] _outlets;
    private readonly Shard[] _shards;
    private readonly ILog _log;
    private readonly Snapshots _snapshots;
    private FleetView _view;
    private long _order;
    private int _nextShard;

    /// <summary>Starts with nobody listening.</summary>
    public Fanout(ILog log, Snapshots snapshots, FleetView view, FanoutOptions options, TimeProvider time)
    {
        _log = log;
        _snapshots = snapshots;
        _view = view;
        Options = options;
        _runs = new Runs(options, time);
        _outlets = [.. Enumerable.Range(0, options.Shards).Select(_ => new HashSet<Outlet>())];
        _shards = [.. Enumerable.Range(0, options.Shards).Select(index => new Shard(this, index, time))];
    }

    /// <summary>Bounds of the connections.</summary>
    public FanoutOptions Options { get; }

    /// <summary>The fleet as of the last publication: what a join that happens now is told.</summary>
    public FleetView View => Volatile.Read(ref _view);

    /// <summary>Connections that are open.</summary>
    public int OutletCount
    {
        get
        {
            lock (_gate)
            {
                return _outlets.Sum(outlets => outlets.Count);
            }
        }
    }

    /// <summary>Whether the hub stops: who comes now is to come back later.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>How many snapshots were encoded so far.</summary>
    public long SnapshotEncodings => _snapshots.Encodings;

    internal long PublishedOrder => Volatile.Read(ref _order);

    /// <summary>Whether anybody hears a topic; <c>*</c> counts.</summary>
    public bool HasListeners(string topic)
    {
        lock (_gate)
        {
            return _runs.Has(topic) || _runs.Has(Topic.Wildcard);
        }
    }

    /// <summary>Opens the outgoing side of a connection.</summary>
    public Outlet Open(ITransport transport)
    {
        lock (_gate)
        {
            _nextShard = (_nextShard + 1) % _shards.Length;
            var outlet = new Outlet(this, _shards[_nextShard], transport);
            _outlets[_nextShard].Add(outlet);
            return outlet;
        }
    }

    /// <summary>Tells a batch of durable events and shows the view that they lead to, as one step.</summary>
    public void Publish(FleetView view, IReadOnlyList<Publication> batch)
    {
        lock (_gate)
        {
            Volatile.Write(ref _view, view with { RecentCounts = _view.RecentCounts });
            Append(batch);
        }
    }

    /// <summary>Tells an event that is not in the log.</summary>
    public void Publish(HubEvent happened)
    {
        lock (_gate)
        {
            if (happened is SessionCountChanged counts)
            {
                Volatile.Write(ref _view, _view.With(counts));
            }

            Append([Publication.Of(happened)]);
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
        var subscription = new Subscription(selection, codec, joinRef);
        lock (_gate)
        {
            var resumed = after is { } known && CanResume(selection, known);
            Place(subscription, outlet);
            if (resumed && subscription.Run.After(after!.Value) is { } cursor)
            {
                subscription.Cursor = cursor;
            }
            else if (resumed)
            {
                (subscription.ReplayAfter, subscription.ReplayUpTo) = (after!.Value, _view.Seq);
            }

            return new Attachment(subscription, _view, resumed);
        }
    }

    /// <summary>The state of what a subscription hears, as of its attachment.</summary>
    public ValueTask<Snapshot> Describe(Attachment attachment) => _snapshots.Of(attachment.Subscription.Selection, attachment.View);

    /// <summary>
    /// The aggregate as an ordinary event, for a subscription that resumed: what it missed of events that are not in
    /// the log cannot be told again, but their last state can. Null when it does not hear the aggregate.
    /// </summary>
    public ReadOnlyMemory<byte>? Aggregate(Attachment attachment)
    {
        var (selection, codec) = (attachment.Subscription.Selection, attachment.Subscription.Codec);
        var topic = selection.Topics.FirstOrDefault(topic => topic.Kind is TopicKind.Metrics or TopicKind.Everything);
        var told = Publication.Of(_snapshots.Aggregate(attachment.View));
        if (topic is null || !attachment.Resumed || !selection.Admits(told))
        {
            return null;
        }

        var frame = new ArrayBufferWriter<byte>();
        codec.WriteEvent(frame, topic, told);
        return frame.WrittenMemory;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var shard in _shards)
        {
            await shard.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Every connection that is open; from now on there should be no new one.</summary>
    public IReadOnlyList<Outlet> Drain()
    {
        lock (_gate)
        {
            IsDraining = true;
            return [.. _outlets.SelectMany(outlets => outlets)];
        }
    }

    /// <summary>Ends a subscription; does nothing when it has ended.</summary>
    internal void Detach(Outlet outlet, Subscription subscription)
    {
        lock (_gate)
        {
            if (outlet.Attached.Remove(subscription))
            {
                _runs.Leave(subscription.Run, outlet);
            }
        }
    }

    internal void Remove(Outlet outlet)
    {
        lock (_gate)
        {
            _outlets[outlet.Shard.Index].Remove(outlet);
            outlet.Attached.ForEach(subscription => _runs.Leave(subscription.Run, outlet));
            outlet.Attached.Clear();
        }
    }

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
    internal async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> Replay(Subscription subscription, int page)
    {
        var (frames, upTo) = await LogReplay.Read(_log, subscription, page).ConfigureAwait(false);
        if (subscription.IsStopped || !Holds(subscription.Selection, subscription.ReplayAfter))
        {
            // Retention was there first: what was read may lack something.
            subscription.IsLost = !subscription.IsStopped;
            subscription.ReplayAfter = subscription.ReplayUpTo;
            return [];
        }

        subscription.ReplayAfter = upTo;
        lock (_gate)
        {
            // A long replay: what the run dropped meanwhile is in the log as well.
            if (subscription.HasFallenBehind)
            {
                subscription.Cursor = subscription.Run.AtEnd();
                subscription.ReplayUpTo = _view.Seq;
            }
        }

        return frames;
    }

    internal void TakeListeners(Run run, int shard, List<Outlet> into)
    {
        lock (_gate)
        {
            run.Awake[shard] = false;
            into.AddRange(run.Listeners[shard]);
        }
    }

    internal void TakeOutlets(int shard, List<Outlet> into)
    {
        lock (_gate)
        {
            into.AddRange(_outlets[shard]);
        }
    }

    private bool CanResume(Selection selection, long after) =>
        after >= 0 && after <= _view.Seq && Holds(selection, after) && !selection.Topics.All(topic => topic.Kind == TopicKind.Metrics);

    /// <summary>Whether the log still has everything after a sequence number that a selection hears.</summary>
    private bool Holds(Selection selection, long after) =>
        after >= _log.PrunedTo && (after >= _log.OutputPrunedTo || !selection.HearsOutput);

    private void Place(Subscription subscription, Outlet outlet)
    {
        // A connection that has gone meanwhile listens to nothing.
        var gone = !_outlets[outlet.Shard.Index].Contains(outlet);
        subscription.Run = gone
            ? _runs.NewRun(subscription.Selection, subscription.Codec, _view.Seq)
            : _runs.Join(subscription.Selection, subscription.Codec, _view.Seq, outlet);
        subscription.Cursor = subscription.Run.AtEnd();
        if (!gone)
        {
            outlet.Attached.Add(subscription);
        }
    }

    private void Append(IReadOnlyList<Publication> batch)
    {
        foreach (var told in batch)
        {
            _runs.Append(told, _order + 1, Wake);
            Volatile.Write(ref _order, _order + 1);
        }
    }

    private void Wake(Run run)
    {
        for (var shard = 0; shard < _shards.Length; shard++)
        {
            if (!run.Awake[shard] && run.Listeners[shard].Count > 0)
            {
                run.Awake[shard] = true;
                _shards[shard].Wake(run);
            }
        }
    }
}

/// <summary>A subscription that has just begun.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="View">The fleet at this moment.</param>
/// <param name="Resumed">Whether what was missed will be told, so that no snapshot is needed.</param>
public sealed record Attachment(Subscription Subscription, FleetView View, bool Resumed);

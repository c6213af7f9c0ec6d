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
    private readonly Dictionary<(string Selection, ICodec Codec), Run> _runs = [];
    private readonly Dictionary<string, List<Run>> _byTopic = [];
    private readonly HashSet<Outlet>[] _outlets;
    private readonly Shard[] _shards;
    private readonly ArrayBufferWriter<byte> _frame = new(1024);
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
            return _byTopic.ContainsKey(topic) || _byTopic.ContainsKey(Topic.Wildcard);
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

    internal void Detach(Outlet outlet, Subscription subscription)
    {
        lock (_gate)
        {
            var run = subscription.Run;
            if (!run.Listeners[outlet.Shard.Index].Remove(outlet) || --run.ListenerCount > 0)
            {
                return;
            }

            _runs.Remove((run.Selection.Key, run.Codec));
            foreach (var topic in run.Selection.Topics)
            {
                if (_byTopic[topic.Name].Remove(run) && _byTopic[topic.Name].Count == 0)
                {
                    _byTopic.Remove(topic.Name);
                }
            }
        }
    }

    internal void Remove(Outlet outlet)
    {
        lock (_gate)
        {
            _outlets[outlet.Shard.Index].Remove(outlet);
        }
    }

    /// <summary>Moves a subscription that fell behind to the end of its run and gives the state as of there.</summary>
    internal ValueTask<Snapshot> Reattach(Subscription subscription)
    {
        FleetView view;
        lock (_gate)
        {
            subscription.Cursor = subscription.Run.AtEnd();
            view = _view;
        }

        return _snapshots.Of(subscription.Selection, view);
    }

    /// <summary>The next frames from the log for a subscription that resumes; at its end, the run takes over.</summary>
    internal async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadFrames(Subscription subscription, int page)
    {
        var selection = subscription.Selection;
        var only = selection.Topics is [{ Kind: TopicKind.Session } single] ? single.Subject : null;
        var hearsOutput = selection.Topics.Any(topic => topic.Kind == TopicKind.Session);
        var entries = await _log.Read(new LogRange(subscription.ReplayAfter, subscription.ReplayUpTo, page, only, WithOutput: hearsOutput))
            .ConfigureAwait(false);
        var frames = new List<ReadOnlyMemory<byte>>(entries.Count);
        foreach (var entry in entries)
        {
            var told = Publication.Of(entry);
            foreach (var name in selection.Admits(told) ? Topic.Of(told) : [])
            {
                if (selection.Topics.FirstOrDefault(candidate => candidate.Name == name) is { } heard)
                {
                    var frame = new ArrayBufferWriter<byte>(told.Payload.Length + 64);
                    subscription.Codec.WriteEvent(frame, heard, told);
                    frames.Add(frame.WrittenMemory);
                    break;
                }
            }
        }

        if (entries.Count == page)
        {
            subscription.ReplayAfter = entries[^1].Seq;
            return frames;
        }

        subscription.ReplayAfter = subscription.ReplayUpTo;
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

    private bool CanResume(Selection selection, long after)
    {
        var hearsOutput = selection.Topics.Any(topic => topic.Kind == TopicKind.Session);
        return after >= 0 && after <= _view.Seq && after >= _log.PrunedTo
            && (!hearsOutput || after >= _log.OutputPrunedTo)
            && !selection.Topics.All(topic => topic.Kind == TopicKind.Metrics);
    }

    private void Place(Subscription subscription, Outlet outlet)
    {
        var selection = subscription.Selection;
        if (!_runs.TryGetValue((selection.Key, subscription.Codec), out var run))
        {
            run = new Run(selection, subscription.Codec, _view.Seq, _shards.Length);
            _runs[(selection.Key, subscription.Codec)] = run;
            foreach (var topic in selection.Topics)
            {
                if (!_byTopic.TryGetValue(topic.Name, out var runs))
                {
                    _byTopic[topic.Name] = runs = [];
                }

                runs.Add(run);
            }
        }

        run.Listeners[outlet.Shard.Index].Add(outlet);
        run.ListenerCount++;
        subscription.Run = run;
        subscription.Cursor = run.AtEnd();
    }

    private void Append(IReadOnlyList<Publication> batch)
    {
        foreach (var told in batch)
        {
            var order = _order + 1;
            if (_byTopic.Count > 0)
            {
                foreach (var name in Topic.Of(told))
                {
                    Append(name, told, order);
                }
            }

            Volatile.Write(ref _order, order);
        }
    }

    private void Append(string topic, Publication told, long order)
    {
        if (!_byTopic.TryGetValue(topic, out var runs))
        {
            return;
        }

        ICodec? encoded = null;
        foreach (var run in runs)
        {
            if (run.LastOrder == order || !run.Selection.Admits(told))
            {
                continue;
            }

            if (encoded != run.Codec)
            {
                encoded = run.Codec;
                _frame.ResetWrittenCount();
                encoded.WriteEvent(_frame, run.Selection.Topics.First(candidate => candidate.Name == topic), told);
            }

            run.Append(_frame.WrittenSpan, told.Seq, order);
            Wake(run);
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

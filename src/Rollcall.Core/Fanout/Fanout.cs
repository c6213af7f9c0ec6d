using Rollcall.Core.Fleet;
using Rollcall.Core.Log;
using Rollcall.Protocol;

namespace Rollcall.Core.Fanout;

/// <summary>
/// Tells everyone who watches. Publishers append each event once per selection and codec; the shards do the writing.
/// One gate guards what there is: it is taken twice per batch published and once per join, never per delivery.
/// </summary>
public sealed partial class Fanout : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Runs _runs;
    private readonly HashSet<Outlet>[] _outlets;
    private readonly Shard[] _shards;
    private readonly ILog _log;
    private readonly Snapshots _snapshots;
    private readonly StateRounds _rounds;
    private readonly ReplayPages _replays;
    private readonly Action<Run> _noteGrown;

    /// <summary>Runs that grew, and the shards that are to look at them: whoever publishes hands over all. Touched only under the gate.</summary>
    private readonly List<(Run Run, Shard Shard)> _grown = [];
    private FleetView _view;
    private long _order;
    private int _nextShard;

    /// <summary>Starts with nobody listening.</summary>
    public Fanout(ILog log, Snapshots snapshots, FleetView view, FanoutOptions options, TimeProvider time)
    {
        _log = log;
        _snapshots = snapshots;
        _view = view;
        _noteGrown = NoteGrown;
        Options = options;
        Time = time;
        _rounds = new StateRounds(Begin);
        _replays = new ReplayPages(log, time, failure => Failed?.Invoke(failure));
        _runs = new Runs(options, time, failure => Failed?.Invoke(failure));
        _outlets = [.. Enumerable.Range(0, options.Shards).Select(_ => new HashSet<Outlet>())];
        _shards = [.. Enumerable.Range(0, options.Shards).Select(index => new Shard(this, index, time))];
    }

    /// <summary>Bounds of the connections.</summary>
    public FanoutOptions Options { get; }

    /// <summary>Called when a codec could not say an event, so that those who hear it are told the state anew. Must be quick.</summary>
    public Action<Exception>? Failed { get; set; }

    internal TimeProvider Time { get; }

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

    /// <summary>Writes to connections so far, each with whatever had gathered for it.</summary>
    public long Writes => _shards.Sum(shard => shard.Writes);

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
    /// <param name="transport">Its bytes.</param>
    /// <param name="codec">In which protocol it is told that it ends; what it subscribes to may be told in another.</param>
    public Outlet Open(ITransport transport, ICodec codec)
    {
        lock (_gate)
        {
            _nextShard = (_nextShard + 1) % _shards.Length;
            var outlet = new Outlet(this, _shards[_nextShard], transport, codec);
            _outlets[_nextShard].Add(outlet);
            return outlet;
        }
    }

    /// <summary>Tells a batch of durable events and shows the view that they lead to, as one step.</summary>
    /// <param name="view">The view.</param>
    /// <param name="batch">The events.</param>
    /// <param name="first">Done behind that step and before anybody is written to; what it sends is written first. Must be quick.</param>
    public void Publish(FleetView view, IReadOnlyList<Publication> batch, Action? first = null)
    {
        var holds = false;
        try
        {
            lock (_gate)
            {
                var shown = view with { RecentCounts = _view.RecentCounts };
                if (batch.Count == 0)
                {
                    _snapshots.Carry(_view, shown);
                }

                Volatile.Write(ref _view, shown);
                Append(batch);
            }

            if (first is not null)
            {
                Array.ForEach(_shards, shard => shard.Hold());
                holds = true;
                first();
            }
        }
        finally
        {
            TellShards(holds);
        }
    }

    /// <summary>Tells an event that is not in the log.</summary>
    public void Publish(HubEvent happened) => Publish(_ => [happened]);

    /// <summary>Tells events that are not in the log, as one step.</summary>
    public void Publish(IReadOnlyList<HubEvent> happened) => Publish(_ => happened);

    /// <summary>Tells an event that is not in the log, of the view that whoever joins is shown just then. Must be quick.</summary>
    public void Publish(Func<FleetView, HubEvent> happening) => Publish(view => (IReadOnlyList<HubEvent>)[happening(view)]);

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
            if (subscription.Place >= 0)
            {
                outlet.Attached = [.. outlet.Attached.Where(other => other != subscription)];
                _runs.Leave(subscription);
            }
        }
    }

    internal void Remove(Outlet outlet)
    {
        lock (_gate)
        {
            _outlets[outlet.Shard.Index].Remove(outlet);
            Array.ForEach(outlet.Attached, _runs.Leave);
            outlet.Attached = [];
        }
    }

    /// <summary>Whether a connection has not been disposed of.</summary>
    internal bool Has(Outlet outlet)
    {
        lock (_gate)
        {
            return _outlets[outlet.Shard.Index].Contains(outlet);
        }
    }

    internal void TakeListeners(Run run, int shard, List<Outlet> into)
    {
        lock (_gate)
        {
            run.Awake[shard] = false;
            run.Listeners[shard].ForEach(listener => into.Add(listener.Outlet));
        }
    }

    /// <summary>What a shard looks at now and then: its connections; and lets go of what nobody needs any more, which is told to who needed it.</summary>
    internal void TakeOutlets(int shard, List<Outlet> into)
    {
        _replays.DropOld();
        if (_held is { } held && (Time.GetUtcNow() - held.At).Duration() >= HeldAtMost)
        {
            _held = null;
        }

        bool lost;
        lock (_gate)
        {
            _runs.DropBursts(_noteGrown);
            lost = _grown.Count > 0;
            into.AddRange(_outlets[shard]);
        }

        if (lost)
        {
            // A shard may look before all of them are there: then nobody listens yet.
            TellShards();
        }
    }

    private void Publish(Func<FleetView, IReadOnlyList<HubEvent>> happening)
    {
        try
        {
            lock (_gate)
            {
                var happened = happening(_view);
                var counts = happened.OfType<SessionCountChanged>().ToList();
                if (counts.Count > 0)
                {
                    Volatile.Write(ref _view, _view.With(counts));
                }

                Append([.. happened.Select(Publication.Of)]);
            }
        }
        finally
        {
            TellShards();
        }
    }

    private void Append(IReadOnlyList<Publication> batch)
    {
        foreach (var told in batch)
        {
            _runs.Append(told, _order + 1, _noteGrown);
            Volatile.Write(ref _order, _order + 1);
        }
    }

    private void NoteGrown(Run run)
    {
        for (var shard = 0; shard < _shards.Length; shard++)
        {
            if (!run.Awake[shard] && run.Listeners[shard].Count > 0)
            {
                run.Awake[shard] = true;
                _grown.Add((run, _shards[shard]));
            }
        }
    }

    /// <summary>Has the shards look at what has grown, also where the rest could not be told; wakes them outside of the gate, which they need for it.</summary>
    private void TellShards(bool held = false)
    {
        try
        {
            lock (_gate)
            {
                foreach (var (run, shard) in _grown)
                {
                    shard.Add(run);
                }

                _grown.Clear();
            }
        }
        finally
        {
            Array.ForEach(_shards, held ? shard => shard.Release() : shard => shard.Wake());
        }
    }
}

using System.Collections.Concurrent;

namespace Rollcall.Core.Fanout;

/// <summary>Snapshots that were made, for whoever asks for the same; one that is being made is waited for by all. Safe from any thread.</summary>
/// <param name="keptBytes">So much is kept for whoever asks next, beside the last.</param>
internal sealed class SharedSnapshots(long keptBytes)
{
    /// <summary>About what it takes to keep one, beside its text.</summary>
    private const long EntryBytes = 512;

    private readonly ConcurrentDictionary<string, One> _made = new();
    private long _bytes;

    /// <summary>The snapshot of a state, made unless it is there.</summary>
    /// <param name="key">Of what.</param>
    /// <param name="version">Of any other version it is made anew.</param>
    /// <param name="make">Makes it.</param>
    public async ValueTask<Snapshot> Of(string key, SnapshotVersion version, Func<Task<Snapshot>> make)
    {
        var one = _made.AddOrUpdate(key, _ => New(), (_, known) => known.Version == version ? known : New());
        try
        {
            return await one.Snapshot.Value.ConfigureAwait(false);
        }
        catch
        {
            // A failure is not shared: who asks next tries again.
            _made.TryRemove(new(key, one));
            throw;
        }

        One New()
        {
            One made = null!;
            return made = new One(version, new(() => Keep(key, made, make())));
        }
    }

    private async Task<Snapshot> Keep(string key, One made, Task<Snapshot> making)
    {
        var snapshot = await making.ConfigureAwait(false);

        // A codec may keep it compressed, too.
        made.Bytes = EntryBytes + (2L * snapshot.Json.Length) + (2 * key.Length);
        if (Interlocked.Add(ref _bytes, made.Bytes) > keptBytes)
        {
            Trim(made);
        }

        return snapshot;
    }

    /// <summary>
    /// Where nothing changes a snapshot lives on, and anybody may ask for many things: what is more than is kept is made again. What was replaced is
    /// still counted, so that it is counted anew.
    /// </summary>
    private void Trim(One last)
    {
        var finished = _made.Where(one => one.Value.Bytes > 0).ToList();
        var bytes = finished.Sum(one => one.Value.Bytes);
        if (bytes > keptBytes)
        {
            finished.Where(one => one.Value != last).ToList().ForEach(one => _made.TryRemove(one));
            bytes = last.Bytes;
        }

        Interlocked.Exchange(ref _bytes, bytes);
    }

    private sealed class One(SnapshotVersion version, Lazy<Task<Snapshot>> snapshot)
    {
        public SnapshotVersion Version => version;

        public Lazy<Task<Snapshot>> Snapshot => snapshot;

        /// <summary>What it takes; 0 until it is made.</summary>
        public long Bytes { get; set; }
    }
}

/// <summary>What a snapshot is of besides its topics; the same numbers, the same snapshot.</summary>
internal readonly record struct SnapshotVersion(long Changed, long Removed = 0, long Seen = 0);

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
    /// <param name="version">As of when: one that is older is made anew.</param>
    /// <param name="make">Makes it.</param>
    public async ValueTask<Snapshot> Of(string key, long version, Func<Task<Snapshot>> make)
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

    /// <summary>Where nothing changes a snapshot lives on, and anybody may ask for many things: what is more than is kept is made again.</summary>
    private async Task<Snapshot> Keep(string key, One made, Task<Snapshot> making)
    {
        var snapshot = await making.ConfigureAwait(false);

        // A codec may keep it compressed, too.
        var bytes = EntryBytes + (2L * snapshot.Json.Length) + (2 * key.Length);
        if (Interlocked.Add(ref _bytes, bytes) > keptBytes)
        {
            Interlocked.Exchange(ref _bytes, bytes);
            foreach (var other in _made.Where(other => other.Value != made))
            {
                _made.TryRemove(other);
            }
        }

        return snapshot;
    }

    private sealed record One(long Version, Lazy<Task<Snapshot>> Snapshot);
}

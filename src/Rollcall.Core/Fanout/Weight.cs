using System.Diagnostics;

namespace Rollcall.Core.Fanout;

/// <summary>
/// How much the larger states weigh that were made and are held, by whoever reads them slowly, or not collected yet: where that is too much, collecting is asked for now
/// and then. Safe from any thread.
/// </summary>
internal sealed class Weight
{
    /// <summary>More than so much is too much (128 MiB).</summary>
    public const long Most = 128 * 1024 * 1024;

    /// <summary>Smaller ones are not looked at: a connection may hold as much of anything.</summary>
    private const int Smallest = 64 * 1024;

    /// <summary>It is not asked for more often: where all of it is held, it is of no use.</summary>
    private static readonly TimeSpan CollectedApart = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<WeakReference<byte[]>> _states = [];
    private long _bytes;
    private long? _collectedAt;

    /// <summary>Bytes of them; where that is too much, of those alone that are not collected.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                if (_bytes > Most)
                {
                    _states.RemoveAll(state => !state.TryGetTarget(out _));
                    _bytes = _states.Sum(state => state.TryGetTarget(out var held) ? (long)held.Length : 0);
                    if (_bytes > Most)
                    {
                        Collect();
                    }
                }

                return _bytes;
            }
        }
    }

    /// <summary>One was made.</summary>
    public void Add(byte[] state)
    {
        if (state.Length >= Smallest)
        {
            lock (_gate)
            {
                _states.Add(new WeakReference<byte[]>(state));
                _bytes += state.Length;
            }
        }
    }

    /// <summary>In the background: while few states are made, as they are because of what weighs here, it may not come about by itself for long.</summary>
    private void Collect()
    {
        if (_collectedAt is null || Stopwatch.GetElapsedTime(_collectedAt.Value) >= CollectedApart)
        {
            _collectedAt = Stopwatch.GetTimestamp();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }
    }
}

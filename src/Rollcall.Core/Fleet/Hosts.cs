namespace Rollcall.Core.Fleet;

/// <summary>The machines that are known, and when each was last heard. Safe from any thread.</summary>
public sealed class Hosts(string own, FleetOptions options, TimeProvider time)
{
    /// <summary>The most hosts that may report; above it a new one is refused.</summary>
    public const int MostHosts = 1000;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Heard> _byName = new(StringComparer.Ordinal);

    /// <summary>The name of the hub's own machine.</summary>
    public string Own => own;

    /// <summary>Every machine by name, as of now; one that was not heard for long is forgotten.</summary>
    public IReadOnlyDictionary<string, Host> All
    {
        get
        {
            var now = time.GetUtcNow();
            lock (_gate)
            {
                Forget(now);
                return _byName.ToDictionary(
                    pair => pair.Key,
                    pair => new Host(StatusOf(now - pair.Value.HeardAt), pair.Key == own, pair.Value.HeardAt, pair.Value.Figures));
            }
        }
    }

    /// <summary>Takes note of a machine's figures; false when there are too many machines.</summary>
    public bool Report(string name, HostFigures figures)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            Forget(now);
            if (_byName.Count >= MostHosts && !_byName.ContainsKey(name))
            {
                return false;
            }

            _byName[name] = new(now, figures);
            return true;
        }
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var (name, heard) in _byName.Where(pair => pair.Value.HeardAt > now).ToList())
        {
            // The clock was put back: as if it was heard now.
            _byName[name] = heard with { HeardAt = now };
        }

        foreach (var name in _byName.Where(pair => now - pair.Value.HeardAt >= options.ForgetAfter).Select(pair => pair.Key).ToList())
        {
            _byName.Remove(name);
        }
    }

    private HostStatus StatusOf(TimeSpan unheard) =>
        unheard >= options.HostDownAfter ? HostStatus.Down : unheard >= options.HostStaleAfter ? HostStatus.Stale : HostStatus.Up;

    private sealed record Heard(DateTimeOffset HeardAt, HostFigures Figures);
}

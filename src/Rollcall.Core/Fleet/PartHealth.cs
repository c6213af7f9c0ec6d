namespace Rollcall.Core.Fleet;

/// <summary>Which parts could be had the last time they were asked, and why not. Safe from any thread.</summary>
public sealed class PartHealth(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, PartState> _parts = new(StringComparer.Ordinal);

    /// <summary>Called when a part fails that did not, or is back; the error is null when it is back. Must be quick.</summary>
    public event Action<string, string?>? Changed;

    /// <summary>Each part that was asked so far, by name.</summary>
    public IReadOnlyDictionary<string, PartState> Parts
    {
        get
        {
            lock (_gate)
            {
                return new SortedDictionary<string, PartState>(_parts, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Takes note of how asking a part went.</summary>
    /// <param name="part">Its name.</param>
    /// <param name="error">Why it failed; null when it did not.</param>
    public void Note(string part, string? error)
    {
        lock (_gate)
        {
            var before = _parts.GetValueOrDefault(part);
            var failed = error is not null;
            var turned = failed != before?.Error is not null;
            _parts[part] = new PartState(
                error, (before?.Failures ?? 0) + (failed ? 1 : 0), before is null || turned ? time.GetUtcNow() : before.Since);
            if (before is null ? failed : turned)
            {
                // Within the gate, so that it is told in the order in which it happened.
                Changed?.Invoke(part, error);
            }
        }
    }
}

/// <summary>How a part fares.</summary>
/// <param name="Error">Why it could not be had the last time; null when it could.</param>
/// <param name="Failures">How often it could not be had.</param>
/// <param name="Since">Since when it is as it is now.</param>
public sealed record PartState(string? Error, long Failures, DateTimeOffset Since);

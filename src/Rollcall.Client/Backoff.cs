namespace Rollcall.Client;

/// <summary>
/// When to try again: full jitter, anywhere between now and a bound that doubles with every attempt, so that the
/// clients of a hub that restarts do not return together. Unsynchronised.
/// </summary>
internal sealed class Backoff(ConnectionOptions options)
{
    /// <summary>The longest wait, whatever the hub or the options say.</summary>
    private const double Most = 60 * 60 * 1000;

    private int _attempts;
    private double? _told;

    /// <summary>The hub said when to come back; that holds for the next attempt.</summary>
    public void Told(double milliseconds) => _told = milliseconds;

    /// <summary>An attempt succeeded. What the hub said holds nevertheless.</summary>
    public void Reset() => _attempts = 0;

    public TimeSpan Next()
    {
        var bound = Math.Min(options.LastRetry.TotalMilliseconds, options.FirstRetry.TotalMilliseconds * Math.Pow(2, Math.Min(_attempts, 30)));
        _attempts++;
        var wait = Math.Clamp(_told ?? options.Random.NextDouble() * bound, 0, Most);
        _told = null;
        return TimeSpan.FromMilliseconds(wait);
    }
}

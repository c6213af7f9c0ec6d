namespace Rollcall.Client;

/// <summary>
/// When to try again: full jitter, anywhere between now and a bound that doubles with every attempt, so that the
/// clients of a hub that restarts do not return together. Unsynchronised.
/// </summary>
internal sealed class Backoff(ConnectionOptions options)
{
    private int _attempts;
    private TimeSpan? _told;

    /// <summary>Attempts since the socket was last open.</summary>
    public int Attempts => _attempts;

    /// <summary>The hub said when to come back; that holds for the next attempt.</summary>
    public void Told(TimeSpan wait) => _told = wait;

    public void Opened() => (_attempts, _told) = (0, null);

    public TimeSpan Next()
    {
        var bound = Math.Min(options.LastRetry.TotalMilliseconds, options.FirstRetry.TotalMilliseconds * Math.Pow(2, Math.Min(_attempts, 30)));
        _attempts++;
        var wait = _told ?? TimeSpan.FromMilliseconds(options.Random.NextDouble() * bound);
        _told = null;
        return wait;
    }
}

namespace Rollcall.Server.Sockets.Direct;

/// <summary>
/// Until when those wait who begin to wait now. Whoever begins within the same second shares a token and its timer, since a socket remembers
/// the token of its last wait for as long as it is open. Safe from any thread.
/// </summary>
/// <param name="longest">How long somebody waits at most; at least a second less.</param>
/// <param name="time">The clock.</param>
internal sealed class Deadlines(TimeSpan longest, TimeProvider time)
{
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private CancellationToken _latest;
    private long? _begun;

    /// <summary>Cancelled when the time of whoever begins to wait now has come.</summary>
    public CancellationToken Next()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_begun is not { } begun || time.GetElapsedTime(begun, now) >= Together)
            {
                // Who still waits by the one before does so until its own timer is over.
                (_latest, _begun) = (new CancellationTokenSource(longest, time).Token, now);
            }

            return _latest;
        }
    }
}

namespace Rollcall.Server.Security;

/// <summary>Waits until a principal's key is revoked, or what it presented expires; calls back once, from any thread.</summary>
internal sealed class RevocationWatch : IDisposable
{
    private readonly KeyRing _keys;
    private readonly string _key;
    private readonly ITimer? _expiry;
    private Action? _revoked;

    public RevocationWatch(KeyRing keys, TimeProvider time, Principal principal, Action revoked)
    {
        (_keys, _key, _revoked) = (keys, principal.Id, revoked);
        keys.Revoked += OnRevoked;
        if (principal is { ByToken: true, ExpiresAt: { } expires })
        {
            var left = expires - time.GetUtcNow();
            _expiry = time.CreateTimer(_ => Call(), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        // It may have happened between the door and here.
        if (principal.Id != Principal.Local.Id && keys.Find(principal.Id) is null)
        {
            Call();
        }
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref _revoked, null);
        _keys.Revoked -= OnRevoked;
        _expiry?.Dispose();
    }

    private void OnRevoked(string key)
    {
        if (key == _key)
        {
            Call();
        }
    }

    private void Call() => Interlocked.Exchange(ref _revoked, null)?.Invoke();
}

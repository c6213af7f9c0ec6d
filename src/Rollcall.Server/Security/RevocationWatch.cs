namespace Rollcall.Server.Security;

/// <summary>Waits until a principal's key is revoked or changed, or what it presented expires; calls back once, from any thread.</summary>
internal sealed class RevocationWatch : IDisposable
{
    private readonly KeyRing _keys;
    private Action? _revoked;

    public RevocationWatch(KeyRing keys, Principal principal, Action revoked)
    {
        (_keys, Principal, _revoked) = (keys, principal, revoked);
        keys.Add(this);

        // It may have happened between the door and here.
        if (!keys.Honours(principal))
        {
            Call();
        }
    }

    public Principal Principal { get; }

    public void Call() => Interlocked.Exchange(ref _revoked, null)?.Invoke();

    public void Dispose()
    {
        Interlocked.Exchange(ref _revoked, null);
        _keys.Forget(this);
    }
}

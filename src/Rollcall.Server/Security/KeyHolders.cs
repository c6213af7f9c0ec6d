namespace Rollcall.Server.Security;

/// <summary>What each key holds open, so that it can be ended the moment the key is revoked or expires. Safe from any thread.</summary>
public sealed class KeyHolders
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<Holder>> _byKey = [];

    /// <summary>Follows the keys.</summary>
    public KeyHolders(KeyRing keys) => keys.Revoked += End;

    /// <summary>Has something ended when a principal's key is no longer valid, until the result is disposed of.</summary>
    public IDisposable Hold(Principal principal, Action end)
    {
        var holder = new Holder(this, principal.Id, end);
        lock (_gate)
        {
            if (!_byKey.TryGetValue(principal.Id, out var holders))
            {
                _byKey[principal.Id] = holders = [];
            }

            holders.Add(holder);
        }

        return holder;
    }

    private void End(string keyId)
    {
        Holder[] holders;
        lock (_gate)
        {
            holders = _byKey.TryGetValue(keyId, out var found) ? [.. found] : [];
        }

        Array.ForEach(holders, holder => holder.End());
    }

    private sealed class Holder(KeyHolders all, string keyId, Action end) : IDisposable
    {
        public void End() => end();

        public void Dispose()
        {
            lock (all._gate)
            {
                if (all._byKey.TryGetValue(keyId, out var holders) && holders.Remove(this) && holders.Count == 0)
                {
                    all._byKey.Remove(keyId);
                }
            }
        }
    }
}

using Rollcall.Core.Fanout;

namespace Rollcall.Server.Sockets;

/// <summary>
/// How a session's owner on a socket is asked, by the hub's writer alone. Whoever reads too slowly is asked no more, except that it always hears the last
/// pause or resume.
/// </summary>
internal sealed class PhoenixOwner(Outlet outlet, PhoenixChannel channel)
{
    /// <summary>Bytes that are kept at most for a client that joins again.</summary>
    private const int MostKept = 256 * 1024;

    /// <summary>The pause or resume that waits in the mailbox, where there is no room. Set by who tells, taken by the outlet's pump.</summary>
    private string? _waiting;

    /// <summary>What it is asked from <see cref="Keep"/> on.</summary>
    private volatile List<(string Name, ReadOnlyMemory<byte> Payload)>? _kept;

    private int _keptBytes;

    /// <summary>Its client joins anew, and hears nothing any more that is said to this join: whatever it is asked is kept for the next. Called by its connection's reader.</summary>
    public void Keep() => _kept = [];

    /// <summary>Asks it what was kept for it.</summary>
    public void TakeOver(PhoenixOwner before)
    {
        foreach (var (name, payload) in before._kept ?? [])
        {
            Tell(name, payload);
        }
    }

    /// <summary>Asks it; false when it does not take more.</summary>
    public bool Tell(string name, ReadOnlyMemory<byte> payload)
    {
        if (outlet.IsClosed || outlet.IsExpelled)
        {
            return false;
        }

        if (_kept is { } kept)
        {
            return Keep(kept, name, payload);
        }

        if (name is not ("pause" or "resume"))
        {
            return outlet.TrySend(Push(name, payload));
        }

        // In the place of the one that waits; unless that was taken meanwhile, so that nothing waits any more.
        var waiting = Volatile.Read(ref _waiting);
        if ((waiting is null || Interlocked.CompareExchange(ref _waiting, name, waiting) != waiting) && !outlet.TrySend(Push(name, payload)))
        {
            Volatile.Write(ref _waiting, name);
            outlet.Send(() => Push(Interlocked.Exchange(ref _waiting, null)!, payload));
        }

        return true;
    }

    private bool Keep(List<(string, ReadOnlyMemory<byte>)> kept, string name, ReadOnlyMemory<byte> payload)
    {
        if (name is not ("pause" or "resume") && _keptBytes + payload.Length > MostKept)
        {
            return false;
        }

        _keptBytes += payload.Length;
        kept.Add((name, payload));
        return true;
    }

    private ReadOnlyMemory<byte>[] Push(string name, ReadOnlyMemory<byte> payload) => PhoenixCodec.Push(channel.JoinRef, channel.Name, name, payload);
}

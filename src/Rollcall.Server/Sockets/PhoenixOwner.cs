using Rollcall.Core.Fanout;

namespace Rollcall.Server.Sockets;

/// <summary>How a session's owner on a socket is asked. Whoever reads too slowly is asked no more, except that it always hears the last pause or resume.</summary>
internal sealed class PhoenixOwner(Outlet outlet, PhoenixChannel channel)
{
    /// <summary>The pause or resume that waits in the mailbox, where there is no room. Set by who tells, taken by the outlet's pump.</summary>
    private string? _waiting;

    /// <summary>Asks it; false when it does not take more. One caller at a time.</summary>
    public bool Tell(string name, ReadOnlyMemory<byte> payload)
    {
        if (outlet.IsClosed || outlet.IsExpelled)
        {
            return false;
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

    private ReadOnlyMemory<byte>[] Push(string name, ReadOnlyMemory<byte> payload) => PhoenixCodec.Push(channel.JoinRef, channel.Name, name, payload);
}

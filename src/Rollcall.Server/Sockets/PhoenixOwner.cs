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

    /// <summary>What a word takes about, beside its payload.</summary>
    private const int WordBytes = 256;

    /// <summary>The pause or resume for which there was no room, when nothing was told behind it.</summary>
    private WaitingMark? _last;

    /// <summary>What it is asked from <see cref="Keep"/> on.</summary>
    private volatile List<(string Name, ReadOnlyMemory<byte> Payload)>? _kept;

    private int _keptBytes;

    /// <summary>Its client joins anew, and hears nothing any more that is said to this join: whatever it is asked is kept for the next. Called by its connection's reader.</summary>
    public void Keep() => _kept = [];

    /// <summary>Asks it what was kept for it, which whoever said it was told, so that it goes out however much waits.</summary>
    public void TakeOver(PhoenixOwner before)
    {
        foreach (var (name, payload) in before._kept ?? [])
        {
            outlet.Send(Push(name, payload));
        }
    }

    /// <summary>Asks it; false when it does not take more.</summary>
    public bool Tell(string name, ReadOnlyMemory<byte> payload)
    {
        if (outlet.IsEnding)
        {
            return false;
        }

        if (_kept is { } kept)
        {
            return Keep(kept, name, payload);
        }

        if (IsMark(name) && _last?.Becomes(name) == true)
        {
            return true;
        }

        if (outlet.TrySend(Push(name, payload)))
        {
            _last = null;
            return true;
        }

        if (!IsMark(name))
        {
            return false;
        }

        var mark = _last = new WaitingMark(name);
        outlet.Send(() => Push(mark.Take(), payload));
        return true;
    }

    private bool Keep(List<(string Name, ReadOnlyMemory<byte> Payload)> kept, string name, ReadOnlyMemory<byte> payload)
    {
        var fits = _keptBytes + payload.Length + WordBytes <= MostKept;
        if (!fits && !IsMark(name))
        {
            return false;
        }

        if (!fits && IsMark(kept[^1].Name))
        {
            kept.RemoveAt(kept.Count - 1);
        }

        _keptBytes += payload.Length + WordBytes;
        kept.Add((name, payload));
        return true;
    }

    private static bool IsMark(string name) => name is "pause" or "resume";

    private ReadOnlyMemory<byte>[] Push(string name, ReadOnlyMemory<byte> payload) => PhoenixCodec.Push(channel.JoinRef, channel.Name, name, payload);

    /// <summary>A pause or resume in the mailbox: the later one takes the place of the earlier, until the outlet's pump takes it.</summary>
    private sealed class WaitingMark(string name)
    {
        private string? _name = name;

        /// <summary>False where it was taken.</summary>
        public bool Becomes(string later) => Volatile.Read(ref _name) is { } earlier && Interlocked.CompareExchange(ref _name, later, earlier) == earlier;

        public string Take() => Interlocked.Exchange(ref _name, null)!;
    }
}

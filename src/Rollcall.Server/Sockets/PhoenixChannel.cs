using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;

namespace Rollcall.Server.Sockets;

/// <summary>A topic that a connection has joined. Touched by its connection's reader, except <see cref="Ended"/>.</summary>
/// <param name="name">As the client calls it.</param>
/// <param name="subscription">What it hears there.</param>
internal sealed class PhoenixChannel(string name, Subscription subscription)
{
    private volatile bool _ended;

    public string Name => name;

    /// <summary>The hub's topic behind the name.</summary>
    public Topic Topic => subscription.Selection.Topics[0];

    public string? JoinRef => subscription.JoinRef;

    public Subscription Subscription => subscription;

    /// <summary>Set when the client joined as the session's owner.</summary>
    public Owner? Owner { get; set; }

    /// <summary>Whether the hub closed it from its side.</summary>
    public bool Ended
    {
        get => _ended;
        set => _ended = value;
    }
}

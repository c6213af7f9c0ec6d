using Rollcall.Core.Fanout;
using Rollcall.Core.Fleet;

namespace Rollcall.Server.Sockets;

/// <summary>A topic that a connection has joined. Touched by its connection's reader, except <see cref="Ended"/> and <see cref="Words"/>.</summary>
/// <param name="name">As the client calls it.</param>
/// <param name="subscription">What it hears there.</param>
internal sealed class PhoenixChannel(string name, Subscription subscription)
{
    private bool _ended;

    public string Name => name;

    /// <summary>The hub's topic behind the name.</summary>
    public Topic Topic => subscription.Selection.Topics[0];

    public string? JoinRef => subscription.JoinRef;

    public Subscription Subscription => subscription;

    /// <summary>Set when the client joins as the session's owner; until that is answered, the owner of the join before.</summary>
    public Owner? Owner { get; set; }

    /// <summary>How <see cref="Owner"/> is asked, once it is this join's own.</summary>
    public PhoenixOwner? Words { get; set; }

    /// <summary>Completed when all that was pushed so far is answered.</summary>
    public Task Answered { get; set; } = Task.CompletedTask;

    /// <summary>Whether the hub closed it from its side.</summary>
    public bool Ended => Volatile.Read(ref _ended);

    /// <summary>The hub closes it from its side; false when it has done so before.</summary>
    public bool End() => !Interlocked.Exchange(ref _ended, true);
}

namespace Rollcall.Server.Sockets;

/// <summary>
/// The topics that a connection has joined; few, so that they are looked for one by one. Touched by its connection's
/// reader only.
/// </summary>
internal sealed class PhoenixChannels
{
    /// <summary>All of them, in the order of their joins.</summary>
    public PhoenixChannel[] All { get; private set; } = [];

    public PhoenixChannel? Find(string topic) => Array.Find(All, channel => channel.Name == topic);

    public void Add(PhoenixChannel channel) => All = [.. All, channel];

    public void Remove(PhoenixChannel channel) => All = [.. All.Where(other => other != channel)];
}

using Microsoft.AspNetCore.Http;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>The hub's own protocol: Phoenix Channels V2, on every family of topics that there is.</summary>
internal sealed class PhoenixProtocol(SocketParts parts, IEnumerable<TopicFamily> families) : SocketProtocol
{
    private readonly TopicFamily[] _families = [.. families];

    public override string Path => Wire.SocketPath;

    public override ICodec Codec => PhoenixCodec.Instance;

    public override bool Compresses => true;

    /// <summary>What clients may push.</summary>
    public ClientPushes Pushes { get; } = new(parts.Hub, parts.Door, parts.Ends);

    /// <summary>Phoenix's requirement <c>~> 2.0.0</c>; a missing one means 1.0.0.</summary>
    public override bool Understands(HttpRequest request) =>
        Version.TryParse(request.Query["vsn"], out var version) && version is { Major: 2, Minor: 0, Build: >= 0, Revision: -1 };

    public override SocketConnection Connect(WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates) =>
        new PhoenixConnection(transport, outlet, principal, deflates, parts, this);

    /// <summary>The topic of a name, and whose words it is told in; null when there is no such topic.</summary>
    public (Topic Topic, TopicFamily Family)? Find(string name)
    {
        foreach (var family in _families)
        {
            if (family.Parse(name) is { } topic)
            {
                return (topic, family);
            }
        }

        return null;
    }
}

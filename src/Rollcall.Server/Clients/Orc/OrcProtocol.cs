using Rollcall.Core.Fanout;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Orc;

/// <summary>What orc's web client speaks: JSON messages told apart by <c>type</c>, one subscription a connection. See <c>docs/bring-your-client.md</c>.</summary>
internal sealed class OrcProtocol(SocketParts parts) : SocketProtocol
{
    /// <summary>Where orc's client opens its socket.</summary>
    public const string SocketPath = "/api/ws";

    private readonly OrcCodec _codec = new(parts.Time);

    public override string Path => SocketPath;

    public override ICodec Codec => _codec;

    public override SocketConnection Connect(WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates) =>
        new OrcConnection(transport, outlet, principal, deflates, parts, _codec);
}

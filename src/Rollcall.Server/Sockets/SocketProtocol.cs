using Microsoft.AspNetCore.Http;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Server.Security;

namespace Rollcall.Server.Sockets;

/// <summary>
/// A protocol that clients speak over a WebSocket: where, and who answers them. Whatever opens a connection, the web
/// server or the direct door, finds it in <see cref="SocketProtocols"/>. One instance serves all its connections.
/// </summary>
internal abstract class SocketProtocol
{
    /// <summary>Where it is spoken; this path's row in the access table says by whom.</summary>
    public abstract string Path { get; }

    /// <summary>How one of its clients is told that the hub stops.</summary>
    public abstract ICodec Codec { get; }

    /// <summary>Whether messages may be compressed in either direction.</summary>
    public virtual bool Compresses => false;

    /// <summary>Whether a handshake asks for this protocol; one that none of its path understands is refused with 403.</summary>
    public virtual bool Understands(HttpRequest request) => true;

    /// <summary>Why somebody who may use its path may not speak it; null when they may.</summary>
    public virtual Outcome.Refused? Refuse(Principal principal) => null;

    /// <summary>
    /// How somebody who may not come in is told so on a socket that is opened for that and closed with 1008; null where the
    /// handshake is refused instead.
    /// </summary>
    public virtual SpokenRefusal? Tell(HttpRequest request, Outcome.Refused refused) => null;

    /// <summary>Who answers a client that came in.</summary>
    public abstract SocketConnection Connect(WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates);
}

/// <summary>A refusal in a protocol's own words.</summary>
/// <param name="Frame">The last thing that is said.</param>
/// <param name="Reason">The reason in the close frame.</param>
internal sealed record SpokenRefusal(ReadOnlyMemory<byte> Frame, string Reason);

/// <summary>
/// Every protocol that this hub speaks, by path. Several may share one: in the order in which they are registered, the first
/// that understands a handshake has it.
/// </summary>
internal sealed class SocketProtocols(IEnumerable<SocketProtocol> spoken)
{
    private readonly SocketProtocol[] _spoken = [.. spoken];

    /// <summary>Every path at which one is spoken.</summary>
    public IReadOnlyList<string> Paths { get; } = [.. spoken.Select(protocol => protocol.Path).Distinct()];

    /// <summary>The protocol of a handshake; null when there is none.</summary>
    /// <param name="path">One of <see cref="Paths"/>.</param>
    /// <param name="request">The handshake.</param>
    public SocketProtocol? Find(string path, HttpRequest request) =>
        Array.Find(_spoken, protocol => protocol.Path == path && protocol.Understands(request));
}

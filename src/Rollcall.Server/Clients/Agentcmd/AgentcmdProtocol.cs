using Microsoft.AspNetCore.Http;
using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Agentcmd;

/// <summary>
/// What agentcmd's web client speaks: messages of a channel, a type and data. It shares its path with others, and is told
/// apart by the token that it always puts into its address. See <c>docs/bring-your-client.md</c>.
/// </summary>
internal sealed class AgentcmdProtocol(SocketParts parts) : SocketProtocol
{
    /// <summary>Where agentcmd's client opens its socket.</summary>
    public const string SocketPath = "/ws";

    private readonly AgentcmdCodec _codec = new();

    public override string Path => SocketPath;

    public override ICodec Codec => _codec;

    public override bool Understands(HttpRequest request) => request.Query.ContainsKey(AccessTable.TokenField);

    /// <summary>Its client waits for an error on the socket, and stays away after 1008; a refused handshake it would try again.</summary>
    public override SpokenRefusal Tell(HttpRequest request, Outcome.Refused refused)
    {
        var (error, why) = request.Query[AccessTable.TokenField].ToString().Length > 0
            ? ("Authentication failed", refused.Message)
            : ("Authentication required", "No authentication token provided");
        return new(AgentcmdFrames.Error(error, why), error);
    }

    public override SocketConnection Connect(WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates)
    {
        // Its client sends nothing before it has heard this.
        outlet.Send(AgentcmdFrames.Connected(principal.Id, parts.Time.GetUtcNow()));
        return new AgentcmdConnection(transport, outlet, principal, deflates, parts, _codec);
    }
}

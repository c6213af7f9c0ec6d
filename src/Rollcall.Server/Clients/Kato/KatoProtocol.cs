using Rollcall.Core;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;
using Rollcall.Server.Operations;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Kato;

/// <summary>
/// What KATO's dashboard speaks: the figures of the fleet, the number of its sessions and its alerts, each told to who
/// wants it. See <c>docs/bring-your-client.md</c>.
/// </summary>
internal sealed class KatoProtocol(SocketParts parts, FleetWatch watch, RollcallOptions options) : SocketProtocol
{
    /// <summary>Where KATO's dashboard opens its socket.</summary>
    public const string SocketPath = "/ws";

    /// <summary>One for each set of parts, so that everybody with the same is told the same bytes.</summary>
    private readonly KatoCodec[] _codecs = [.. Enumerable.Range(0, (int)KatoTopics.Figures + 1).Select(figures => new KatoCodec((KatoTopics)figures))];

    private readonly Lock _gate = new();
    private Task<RealtimeUpdate>? _asked;

    public override string Path => SocketPath;

    public override KatoCodec Codec => _codecs[0];

    /// <summary>Whether a subscription replaces those before it.</summary>
    public bool Replaces => options.Clients.KatoReplaces;

    /// <summary>The figures for somebody who comes now; those who come at once, as after a restart, ask for them together.</summary>
    public Task<RealtimeUpdate> Figures()
    {
        lock (_gate)
        {
            return _asked = _asked is { IsCompleted: false } under ? under : watch.Realtime.Now(CancellationToken.None);
        }
    }

    /// <summary>The codec of who wants these parts of the figures.</summary>
    public KatoCodec CodecOf(KatoTopics asked) => _codecs[(int)(asked & KatoTopics.Figures)];

    /// <summary>All of it is about the whole fleet: who may see only a part is sent to the HTTP routes, to which its client falls back.</summary>
    public override Outcome.Refused? Refuse(Principal principal) => Door.Allows(principal, KatoConnection.Metrics, owner: false);

    public override SocketConnection Connect(WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates) =>
        new KatoConnection(transport, outlet, principal, deflates, parts, this);
}

using System.Buffers;
using Rollcall.Core.Fanout;
using Rollcall.Server.Security;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Kato;

/// <summary>
/// One of KATO's dashboards. Until it subscribes it hears everything; then what any of its components asked for, each
/// added to what the others did. What it says otherwise is ignored, as its own server did.
/// </summary>
internal sealed class KatoConnection(
    WebSocketTransport transport, Outlet outlet, Principal principal, bool deflates, SocketParts parts, KatoProtocol protocol)
    : SocketConnection(transport, outlet, principal, deflates, parts)
{
    /// <summary>Where the figures are told.</summary>
    public static readonly Topic Metrics = Topic.Parse("metrics")!;

    private static readonly Topic Sessions = Topic.Parse("sessions")!;
    private static readonly Topic Alerts = Topic.Parse("alerts")!;

    private KatoTopics _heard;
    private bool _asked;
    private Subscription? _figures;
    private Subscription? _counts;
    private Subscription? _alerts;

    protected override ValueTask Enter() => Hear(KatoTopics.All);

    protected override ValueTask Leave() => Hear(KatoTopics.None);

    protected override ValueTask Handle(WebSocketMessage message)
    {
        if (KatoMessage.IsPing(message.Payload.Span))
        {
            Outlet.Send(KatoFrames.Heartbeat(Parts.Time.GetUtcNow()));
            return ValueTask.CompletedTask;
        }

        var asked = Parts.Flags.Current.SelectiveSubscriptions ? KatoMessage.Subscriptions(message.Payload) : KatoTopics.None;
        if (asked == KatoTopics.None)
        {
            return ValueTask.CompletedTask;
        }

        var before = _asked && !protocol.Replaces ? _heard : KatoTopics.None;
        _asked = true;
        return Hear(before | asked);
    }

    /// <summary>Begins and ends what is not as it shall be; what stays is not disturbed.</summary>
    private async ValueTask Hear(KatoTopics wanted)
    {
        var changed = _heard ^ wanted;
        _heard = wanted;
        if (changed.HasFlag(KatoTopics.SessionEvents))
        {
            _counts = Attach(_counts, wanted.HasFlag(KatoTopics.SessionEvents), Sessions, "session_event", protocol.Codec)?.Subscription;
            Start(_counts);
        }

        if (changed.HasFlag(KatoTopics.SystemAlerts))
        {
            var alerts = Attach(_alerts, wanted.HasFlag(KatoTopics.SystemAlerts), Alerts, "system_alert", protocol.Codec);
            _alerts = alerts?.Subscription;
            if (alerts is not null && Parts.Flags.Current.Alerts)
            {
                Send(protocol.Codec.Resync(alerts.Subscription, await Hub.Fanout.Describe(alerts.Subscription).ConfigureAwait(false)));
            }

            Start(_alerts);
        }

        if ((changed & KatoTopics.Figures) != KatoTopics.None)
        {
            var codec = protocol.CodecOf(wanted);
            _figures = Attach(_figures, (wanted & KatoTopics.Figures) != KatoTopics.None, Metrics, "realtime_update", codec)?.Subscription;
            if (_figures is not null && Parts.Flags.Current.RealtimeUpdates)
            {
                var frame = new ArrayBufferWriter<byte>(1024);
                codec.WriteFigures(frame, await protocol.Figures().ConfigureAwait(false));
                Send([frame.WrittenMemory]);
            }

            Start(_figures);
        }
    }

    /// <summary>A subscription to one event of a topic in place of another; none where it is not wanted, or not allowed.</summary>
    private Attachment? Attach(Subscription? before, bool wanted, Topic topic, string happened, KatoCodec codec)
    {
        if (before is not null)
        {
            Outlet.Stop(before);
        }

        return wanted && Door.Allows(Principal, topic, owner: false) is null
            ? Hub.Fanout.Attach(Outlet, new Selection([topic], new HashSet<string> { happened }, Principal.Projects), codec, null, null)
            : null;
    }

    private void Send(IEnumerable<ReadOnlyMemory<byte>> frames)
    {
        foreach (var frame in frames)
        {
            Outlet.Send(frame);
        }
    }

    private void Start(Subscription? subscription)
    {
        if (subscription is not null)
        {
            Outlet.Start(subscription);
        }
    }
}

using System.Buffers;
using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Jidoka;

/// <summary>
/// Jidoka's side of the seam: Phoenix frames with its own payloads. It knows five statuses, in the order of its own table;
/// the hub's others, and a life that begins idle, are told as what that table allows. It has no word for "your state is
/// old": who has fallen behind is told the status of each session as it is now, as one that did not change.
/// </summary>
internal sealed class JidokaCodec : ICodec
{
    /// <summary>The one instance: runs are shared by those who have the same codec.</summary>
    public static readonly JidokaCodec Instance = new();

    private JidokaCodec()
    {
    }

    public void WriteEvent(IBufferWriter<byte> frames, Topic topic, Publication told)
    {
        var words = new JidokaWords(frames, JidokaTopics.NameOf(topic), ofAll: topic.Kind == TopicKind.Sessions);
        words.Say(told.Happened!);
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> Resync(Subscription subscription, Snapshot snapshot)
    {
        var topic = subscription.Selection.Topics[0];
        var frames = new ArrayBufferWriter<byte>(snapshot.Json.Length);
        var words = new JidokaWords(frames, JidokaTopics.NameOf(topic), ofAll: topic.Kind == TopicKind.Sessions);
        using var state = JsonDocument.Parse(snapshot.Json);
        foreach (var session in SnapshotSessions.Of(state.RootElement))
        {
            words.State(session);
        }

        snapshot.Count(frames.WrittenMemory);
        return [frames.WrittenMemory];
    }

    public ReadOnlyMemory<byte> Farewell(int reconnectAfterMs) => PhoenixCodec.Instance.Farewell(reconnectAfterMs);
}

using System.Buffers;
using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;

namespace Rollcall.Server.Clients.Agentcmd;

/// <summary>
/// agentcmd's side of the seam. Its protocol has no word for "your state is old": who has fallen behind is told each session
/// as it is now, in a <c>session_updated</c> that says all that one can say.
/// </summary>
internal sealed class AgentcmdCodec : ICodec
{
    public void WriteEvent(IBufferWriter<byte> frames, Topic topic, Publication told) =>
        new AgentcmdWords(frames).Say(told.Happened!, told.Session);

    public IReadOnlyList<ReadOnlyMemory<byte>> Resync(Subscription subscription, Snapshot snapshot)
    {
        var frames = new ArrayBufferWriter<byte>(snapshot.Json.Length);
        var words = new AgentcmdWords(frames);
        using var state = JsonDocument.Parse(snapshot.Json);
        foreach (var session in SnapshotSessions.Of(state.RootElement))
        {
            words.Now(session);
        }

        snapshot.Count(frames.WrittenMemory);
        return [frames.WrittenMemory];
    }

    /// <summary>A session as it is now, for one client.</summary>
    public static ReadOnlyMemory<byte> State(SessionView session)
    {
        var frame = new ArrayBufferWriter<byte>(512);
        new AgentcmdWords(frame).Now(session);
        return frame.WrittenMemory;
    }

    /// <summary>It cannot say when to come back: its clients try after 1, 2, 4, 8 and 16 s.</summary>
    public ReadOnlyMemory<byte> Farewell(int reconnectAfterMs) => default;
}

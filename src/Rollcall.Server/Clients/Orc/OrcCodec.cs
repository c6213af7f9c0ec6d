using System.Buffers;
using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Protocol;

namespace Rollcall.Server.Clients.Orc;

/// <summary>
/// orc's side of the seam. Its protocol has no word for "your state is old": who has fallen behind is told the aggregate
/// and each task as it is now, in the events that it knows.
/// </summary>
/// <param name="time">For the time of a state.</param>
internal sealed class OrcCodec(TimeProvider time) : ICodec
{
    public void WriteEvent(IBufferWriter<byte> frames, Topic topic, Publication told) =>
        new OrcWords(frames).Say(told.Happened!, told.Session);

    public IReadOnlyList<ReadOnlyMemory<byte>> Resync(Subscription subscription, Snapshot snapshot)
    {
        var frames = new ArrayBufferWriter<byte>(snapshot.Json.Length);
        var words = new OrcWords(frames);
        using var state = JsonDocument.Parse(snapshot.Json);
        if (state.RootElement.TryGetProperty("metrics", out var aggregate))
        {
            words.Aggregate(aggregate.Deserialize(ProtocolJson.Default.SessionUpdate)! with { Time = time.GetUtcNow() });
        }

        foreach (var session in SnapshotSessions.Of(state.RootElement))
        {
            words.Task("task_updated", session);
        }

        snapshot.Count(frames.WrittenMemory);
        return [frames.WrittenMemory];
    }

    /// <summary>It cannot say when to come back: its clients try after 1, 2, 4, 8 and 16 s.</summary>
    public ReadOnlyMemory<byte> Farewell(int reconnectAfterMs) => default;
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Core.Tests.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>Checks what a watcher of <c>sessions</c> heard against the log: nothing missing, nothing twice, and after each frame the hub's state.</summary>
internal sealed class Replica(IReadOnlyList<LogEntry> log)
{
    /// <summary>A watcher of the list does not hear everything that moves these.</summary>
    private static readonly string[] Unheard = ["last_seen_at", "version", "seq"];

    private readonly Dictionary<long, SessionView> _after = Fold(log);
    private readonly ClientFold _client = new();

    /// <summary>The last sequence number it knows.</summary>
    public long Seq { get; private set; }

    public void Hear(IEnumerable<Frame> frames)
    {
        foreach (var frame in frames)
        {
            if (frame.IsState)
            {
                Replace(frame);
            }
            else if (frame.Event.StartsWith("session_", StringComparison.Ordinal) && frame.Seq > 0)
            {
                Assert.Equal(Heard(Seq).First().Seq, frame.Seq);
                Seq = frame.Seq;
                _client.Hear(frame.Event, JsonSerializer.SerializeToUtf8Bytes(frame.Payload));
                Same(_after[Seq]);
            }
        }
    }

    /// <summary>Nothing of the topic is missing up to a sequence number, and every live session is as the hub has it.</summary>
    public void IsComplete(IEnumerable<Session> live)
    {
        Assert.Empty(Heard(Seq));
        Assert.All(live, session => Same(session.View));
    }

    private IEnumerable<LogEntry> Heard(long after) =>
        log.Where(entry => entry.Seq > after && entry.Event.StartsWith("session_", StringComparison.Ordinal));

    private void Replace(Frame state)
    {
        Assert.True(state.Seq >= Seq, "a state must not be older than what was heard");
        Seq = state.Seq;
        _client.Replace(state.Payload.GetProperty("sessions").EnumerateArray());
    }

    private void Same(SessionView hub)
    {
        var (one, other) = (JsonSerializer.SerializeToNode(hub, ProtocolJson.Default.SessionView)!.AsObject(), _client[hub.Id].DeepClone().AsObject());
        Assert.All(Unheard, field => Assert.True(one.Remove(field) && other.Remove(field)));
        Assert.True(JsonNode.DeepEquals(one, other), $"{one}\n{other}");
    }

    private static Dictionary<long, SessionView> Fold(IReadOnlyList<LogEntry> log)
    {
        var (sessions, after) = (new Dictionary<string, Session>(), new Dictionary<long, SessionView>());
        foreach (var entry in log.Where(entry => entry.SessionId is not null))
        {
            var told = (SessionEvent)EventNames.Parse(entry.Event, entry.Payload)!;
            sessions[told.SessionId] = SessionFold.Apply(sessions.GetValueOrDefault(told.SessionId), told);
            after[entry.Seq] = sessions[told.SessionId].View;
        }

        return after;
    }
}

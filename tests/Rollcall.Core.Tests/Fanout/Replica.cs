using System.Text.Json;
using Rollcall.Core.Log;
using Rollcall.Core.Sessions;
using Rollcall.Core.Tests.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Fanout;

/// <summary>Checks what a watcher of <c>sessions</c> heard against the log: nothing missing, nothing twice, and after each frame the hub's state.</summary>
internal sealed class Replica(IReadOnlyList<LogEntry> log)
{
    private readonly HubStates _hub = new(log.Where(entry => entry.SessionId is not null)
        .Select(entry => (SessionEvent)EventNames.Parse(entry.Event, entry.Payload)!));

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
                var told = frame.Payload.GetProperty("session_id").GetString()!;
                HubStates.Same(_hub[Seq][told].View, _client[told]);
            }
        }
    }

    /// <summary>Nothing of the topic is missing up to a sequence number, and every live session is as the hub has it.</summary>
    public void IsComplete(IEnumerable<Session> live)
    {
        Assert.Empty(Heard(Seq));
        Assert.All(live, session => HubStates.Same(session.View, _client[session.View.Id]));
    }

    private IEnumerable<LogEntry> Heard(long after) =>
        log.Where(entry => entry.Seq > after && entry.Event.StartsWith("session_", StringComparison.Ordinal));

    private void Replace(Frame state)
    {
        Assert.True(state.Seq >= Seq, "a state must not be older than what was heard");
        Seq = state.Seq;
        _client.Replace(state.Payload.GetProperty("sessions").EnumerateArray());
    }
}

using System.Runtime.InteropServices;
using System.Text.Json;
using Rollcall.Core.Tests.Sessions;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Faults;

/// <summary>An event as the log or a subscriber has it.</summary>
internal sealed record Told(long Seq, string Event, byte[] Payload)
{
    public static Told Read(string name, JsonElement payload) =>
        new(payload.GetProperty("seq").GetInt64(), name, JsonMarshal.GetRawUtf8Value(payload).ToArray());

    /// <summary>Whether both are the same event, field by field; the HTTP API escapes text differently.</summary>
    public bool IsSame(Told other) => Seq == other.Seq && Event == other.Event
        && (Payload.AsSpan().SequenceEqual(other.Payload) || Canonical(Payload) == Canonical(other.Payload));

    private static string Canonical(byte[] payload) => JsonSerializer.Serialize(JsonElement.Parse(payload));
}

/// <summary>The whole log as <c>GET /api/v1/events</c> tells it, and what follows from it. For one thread.</summary>
internal sealed class Truth
{
    /// <summary>What the topics <c>sessions</c> and <c>project:…</c> tell.</summary>
    public static readonly string[] OfSessions = ["session_created", "session_status", "session_updated", "session_terminated"];

    private readonly List<Told> _log = [];
    private readonly Dictionary<long, SessionEvent> _events = [];
    private HubStates? _states;

    /// <summary>The last event's number; they have no gap.</summary>
    public long Head => _log.Count;

    /// <summary>Everybody must have heard what is in the log up to here; an alert may come later.</summary>
    public long End { get; set; }

    /// <summary>Up to here the hub has removed something.</summary>
    public long PrunedTo { get; private set; }

    public void Add(JsonElement page)
    {
        PrunedTo = Math.Max(PrunedTo, page.GetProperty("pruned_to").GetInt64());
        foreach (var entry in page.GetProperty("events").EnumerateArray())
        {
            var told = Told.Read(entry.GetProperty("event").GetString()!, entry.GetProperty("payload"));
            Assert.Equal(Head + 1, told.Seq);
            _log.Add(told);
            if (EventNames.Parse(told.Event, told.Payload) is SessionEvent happened)
            {
                _events[told.Seq] = happened;
            }
        }

        _states = null;
    }

    /// <summary>The first event of a topic after a number; null when there is none.</summary>
    public Told? Next(string topic, long after)
    {
        for (var seq = after + 1; seq <= Head; seq++)
        {
            if (Hears(topic, seq))
            {
                return _log[(int)seq - 1];
            }
        }

        return null;
    }

    /// <summary>The last event of a topic that everybody must have heard.</summary>
    public long Last(string topic)
    {
        var seq = End;
        while (seq > 0 && !Hears(topic, seq))
        {
            seq--;
        }

        return seq;
    }

    /// <summary>The live sessions that a topic is about, as they were at a number.</summary>
    public IReadOnlyList<Core.Sessions.Session> Live(string topic, long seq)
    {
        while (seq > 0 && !_events.ContainsKey(seq))
        {
            seq--;
        }

        _states ??= new HubStates(_events.Values);
        return seq == 0 ? [] : [.. _states[seq].Values.Where(session => session.View.IsLive && IsOf(topic, session.View))];
    }

    /// <summary>The end of a session's output at a number, as a snapshot holds it.</summary>
    public IEnumerable<Told> Output(string topic, long seq, int most) =>
        _log.Take((int)seq).Where(told => told.Event == "stream_output" && Hears(topic, told.Seq)).TakeLast(most);

    private bool Hears(string topic, long seq)
    {
        var name = _log[(int)seq - 1].Event;
        var happened = _events.GetValueOrDefault(seq);
        return topic switch
        {
            "*" => name != "stream_output",
            "sessions" => OfSessions.Contains(name),
            _ when topic.StartsWith("session:", StringComparison.Ordinal) => "session:" + happened?.SessionId == topic && name != "session_created",
            _ => OfSessions.Contains(name) && "project:" + ProjectOf(happened!) == topic,
        };
    }

    private string? ProjectOf(SessionEvent happened)
    {
        _states ??= new HubStates(_events.Values);
        return _states[happened.Seq][happened.SessionId].View.Project;
    }

    private static bool IsOf(string topic, SessionView session) =>
        topic is "*" or "sessions" || topic == "session:" + session.Id || topic == "project:" + session.Project;
}

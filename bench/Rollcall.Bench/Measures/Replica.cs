using System.Text.Json.Nodes;

namespace Rollcall.Bench.Measures;

/// <summary>The live sessions as a watcher knows them from its join's answer and from what it was told since.</summary>
internal sealed class Replica
{
    private Dictionary<string, JsonObject> _sessions = [];

    /// <summary>How often it was told the state anew.</summary>
    public int Resyncs { get; private set; }

    /// <summary>What a snapshot or a list says.</summary>
    public static Replica Of(JsonNode list) => new()
    {
        _sessions = list["sessions"]!.AsArray().ToDictionary(session => (string)session!["id"]!, session => session!.AsObject()),
    };

    /// <summary>Hears a message: <c>[join_ref,ref,topic,event,payload]</c>.</summary>
    public void Hear(ReadOnlySpan<byte> message)
    {
        var parts = JsonNode.Parse(message)!;
        var payload = parts[4]!;
        switch ((string)parts[3]!)
        {
            case "phx_reply":
                _sessions = Of(payload["response"]!["snapshot"]!)._sessions;
                break;
            case "resync":
                Resyncs++;
                _sessions = Of(payload["snapshot"]!)._sessions;
                break;
            case "session_updated":
                var session = _sessions[(string)payload["session_id"]!];
                foreach (var (field, value) in payload.AsObject().Where(field => field.Key is not "session_id" and not "time"))
                {
                    session[field] = value?.DeepClone();
                }

                break;
        }
    }

    /// <summary>Whether another knows the same.</summary>
    public bool IsAs(Replica other) => _sessions.Count == other._sessions.Count
        && _sessions.All(session => other._sessions.TryGetValue(session.Key, out var its) && JsonNode.DeepEquals(Told(session.Value), Told(its)));

    /// <summary>A session without what moves without an event.</summary>
    private static JsonObject Told(JsonObject session)
    {
        var told = session.DeepClone().AsObject();
        told.Remove("last_seen_at");
        return told;
    }
}

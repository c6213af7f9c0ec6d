using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Protocol;

namespace Rollcall.Core.Tests.Sessions;

/// <summary>
/// A client that knows nothing but names and payloads, and does with them what <c>docs/session-lifecycle.md</c> says.
/// </summary>
internal sealed class ClientFold
{
    private readonly Dictionary<string, JsonObject> _sessions = [];

    public JsonObject this[string id] => _sessions[id];

    public IEnumerable<string> Live => _sessions.Where(session => session.Value["status"]!.GetValue<string>() != "terminated").Select(session => session.Key);

    public bool Knows(string id) => _sessions.ContainsKey(id);

    /// <summary>A snapshot or a resync replaces what was known.</summary>
    public void Replace(IEnumerable<JsonElement> sessions)
    {
        _sessions.Clear();
        foreach (var session in sessions)
        {
            _sessions[session.GetProperty("id").GetString()!] = JsonObject.Create(session.Clone())!;
        }
    }

    public void Hear(string name, byte[] payload)
    {
        var told = JsonNode.Parse(payload)!.AsObject();
        if (told["session_id"]?.GetValue<string>() is not { } id)
        {
            return;
        }

        if (name == "session_created")
        {
            _sessions[id] = told["session"]!.DeepClone().AsObject();
            return;
        }

        var session = _sessions[id];
        session["version"] = session["version"]!.GetValue<long>() + 1;
        switch (name)
        {
            case "session_status":
                Enter(session, told);
                break;
            case "session_updated":
                foreach (var (field, value) in told.Where(field => field.Key is not ("session_id" or "time")))
                {
                    session[field] = value?.DeepClone();
                }

                break;
            case "session_terminated":
                session["state"] = told["reason"]!.GetValue<string>() == "crashed" ? "error" : "idle";
                break;
        }

        session["seq"] = told["seq"]!.DeepClone();
    }

    private static void Enter(JsonObject session, JsonObject told)
    {
        var status = told["status"]!.GetValue<string>();
        var error = told["error"]?.DeepClone();
        session["status"] = status;
        session["updated_at"] = told["updated_at"]!.DeepClone();
        session["stale"] = false;
        session["state"] = status switch
        {
            "active" or "waiting" => "working",
            "error" => "error",
            "terminated" when error is not null => "error",
            _ => "idle",
        };
        if (status != "waiting")
        {
            session["waiting_for"] = session["waiting_since"] = session["waiting_text"] = null;
        }

        if (error is not null || status is "active" or "idle")
        {
            session["error_message"] = error;
        }

        if (status == "terminated")
        {
            session["tasks_running"] = 0;
            session["ended_at"] = told["updated_at"]!.DeepClone();
        }
    }
}

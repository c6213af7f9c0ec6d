using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Core.Sessions;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Sessions;

/// <summary>The hub's own idea of every session after each event of its log, and whether a client has the same.</summary>
internal sealed class HubStates
{
    /// <summary>A watcher of the list does not hear everything that moves these.</summary>
    private static readonly string[] Unheard = ["last_seen_at", "version", "seq"];

    private readonly Dictionary<long, ImmutableDictionary<string, Session>> _after = [];

    public HubStates(IEnumerable<SessionEvent> log)
    {
        var sessions = ImmutableDictionary<string, Session>.Empty;
        foreach (var told in log)
        {
            sessions = sessions.SetItem(told.SessionId, SessionFold.Apply(sessions.GetValueOrDefault(told.SessionId), told));
            _after[told.Seq] = sessions;
        }
    }

    /// <summary>Every session, ended ones included, right after an event of a session.</summary>
    public ImmutableDictionary<string, Session> this[long seq] => _after[seq];

    /// <summary>Fails unless a client has a session as the hub has it.</summary>
    public static void Same(SessionView hub, JsonObject client) => Assert.Null(Difference(hub, client));

    /// <summary>How a client's session differs from the hub's; null when it does not.</summary>
    public static string? Difference(SessionView hub, JsonObject client)
    {
        var (one, other) = (JsonSerializer.SerializeToNode(hub, ProtocolJson.Default.SessionView)!.AsObject(), client.DeepClone().AsObject());
        return Unheard.All(field => one.Remove(field) && other.Remove(field)) && JsonNode.DeepEquals(one, other)
            ? null
            : $"the hub has {one.ToJsonString()}, the client {other.ToJsonString()}";
    }
}

using System.Globalization;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>What watchers of the hub speak: an existing client's protocol, or the hub's own where only one event is heard.</summary>
/// <param name="Script">How one subscribes to what every session does.</param>
/// <param name="Begins">How the one message begins that tells of a command.</param>
/// <param name="Update">An update that the protocol has a word for, about 300 bytes when it is told; of metadata when not given.</param>
internal sealed record Words(Script Script, string Begins, Func<bool, string>? Update = null)
{
    /// <summary>The hub's own, of changes of status.</summary>
    public static readonly Words Statuses = Only("session_status");

    /// <summary>The hub's own, of changes of the number of sessions.</summary>
    public static readonly Words Counts = Only("session_event");

    /// <summary>Has a word for a change of status, none for an update.</summary>
    public static readonly Words Jidoka = new(
        HubContender.Joining("""{"snapshot":false}""", "jido.client.events"), """[null,null,"jido.client.events","session_status",""");

    /// <summary>Has a word for a change of the number of sessions, none for one session. What it subscribes to is not acknowledged: a ping behind it is.</summary>
    public static readonly Words Kato = new(
        new Script(
            "/ws",
            ("""{"type":"subscribe","subscriptions":["session_events"]}""", "\"realtime_update\""),
            ("ping", "\"heartbeat\"")),
        """{"type":"session_event",""");

    public static readonly Words Orc = new(
        new Script("/api/ws", ("""{"type":"subscribe","task_id":"*"}""", "\"subscribed\"")),
        """{"type":"event","event":"task_updated",""",
        odd => $$"""{"name":"{{(odd ? 2 : 1)}}{{Builds.Pad}}"}""");

    public static readonly Words Agentcmd = new(
        new Script(
            "/ws?token=bench",
            (null, "\"connected\""),
            ("""{"channel":"global","type":"subscribe","data":{"channels":["project:bench"]}}""", "\"subscription_success\"")),
        """{"channel":"session:""");

    /// <summary>An update of a session's metadata.</summary>
    public static string Metadata(bool odd) =>
        string.Create(CultureInfo.InvariantCulture, $$$"""{"metadata":{"turn":{{{(odd ? 2 : 1)}}},"pad":"{{{Builds.Pad}}}"}}""");

    private static Words Only(string happened) => new(
        HubContender.Joining($$"""{"snapshot":false,"events":["{{happened}}"]}"""), $"[null,null,\"sessions\",\"{happened}\",");
}

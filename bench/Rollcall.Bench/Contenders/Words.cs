using System.Globalization;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Contenders;

/// <summary>An existing client's protocol, as watchers of the hub speak it.</summary>
/// <param name="Script">How one subscribes to what every session does.</param>
/// <param name="Begins">How the one message begins that tells of an update.</param>
/// <param name="Update">An update that the protocol has a word for: of a name or of metadata, about 300 bytes when it is told.</param>
internal sealed record Words(Script Script, string Begins, Func<bool, string> Update)
{
    public static readonly Words Orc = new(
        new Script("/api/ws", ("""{"type":"subscribe","task_id":"*"}""", "\"subscribed\"")),
        """{"type":"event","event":"task_updated",""",
        odd => $$"""{"name":"{{(odd ? 2 : 1)}}{{Builds.Pad}}"}""");

    public static readonly Words Agentcmd = new(
        new Script(
            "/ws?token=bench",
            (null, "\"connected\""),
            ("""{"channel":"global","type":"subscribe","data":{"channels":["project:bench"]}}""", "\"subscription_success\"")),
        """{"channel":"session:""",
        Metadata);

    /// <summary>An update of a session's metadata.</summary>
    public static string Metadata(bool odd) =>
        string.Create(CultureInfo.InvariantCulture, $$$"""{"metadata":{"turn":{{{(odd ? 2 : 1)}}},"pad":"{{{Builds.Pad}}}"}}""");
}

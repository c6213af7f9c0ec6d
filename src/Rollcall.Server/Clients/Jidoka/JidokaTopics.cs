using Rollcall.Core.Fanout;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Clients.Jidoka;

/// <summary>Jidoka's topics: <c>jido.client.events</c> tells of every session, <c>jido.client.session.&lt;id&gt;</c> of one.</summary>
internal sealed class JidokaTopics : TopicFamily
{
    private const string All = "jido.client.events";
    private const string OneOf = "jido.client.session.";

    private static readonly HashSet<string> OfAll = ["session_created", "session_status", "session_terminated"];
    private static readonly HashSet<string> OfOne = ["session_status", "session_updated", "stream_output"];

    /// <summary>What a client calls one of the hub's topics.</summary>
    public static string NameOf(Topic topic) => topic.Kind == TopicKind.Sessions ? All : OneOf + topic.Subject;

    public override Topic? Parse(string name) => name == All ? Topic.Parse("sessions")
        : name.StartsWith(OneOf, StringComparison.Ordinal) ? Topic.Parse($"session:{name[OneOf.Length..]}")
        : null;

    public override ICodec Codec(bool deflates) => JidokaCodec.Instance;

    public override IReadOnlySet<string> Events(Topic topic) => topic.Kind == TopicKind.Sessions ? OfAll : OfOne;
}

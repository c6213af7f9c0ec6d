using Rollcall.Core.Fanout;

namespace Rollcall.Server.Sockets;

/// <summary>
/// Topics of the Phoenix socket under names and in words of their own: what is joined is one of the hub's topics, with
/// all its rules. One instance serves all connections.
/// </summary>
internal abstract class TopicFamily
{
    /// <summary>The hub's topic behind a name; null for a name that is not of this family.</summary>
    public abstract Topic? Parse(string name);

    /// <summary>In which words it is told.</summary>
    public abstract ICodec Codec(bool deflates);

    /// <summary>Which of a topic's events the family has words for; null for all.</summary>
    public virtual IReadOnlySet<string>? Events(Topic topic) => null;
}

/// <summary>The hub's own topics, by their own names.</summary>
internal sealed class OwnTopics : TopicFamily
{
    public override Topic? Parse(string name) => Topic.Parse(name);

    public override ICodec Codec(bool deflates) => deflates ? DeflatingCodec.Instance : PhoenixCodec.Instance;
}

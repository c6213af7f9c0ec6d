using Rollcall.Core.Fanout;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Sockets;

namespace Rollcall.Server.Tests.Protocol;

/// <summary><c>docs/protocol.md</c> says what the code does.</summary>
public sealed class ProtocolDocTests
{
    private const string Doc = "docs/protocol.md";

    [Fact]
    public void The_table_of_topics_names_exactly_the_events_that_each_topic_tells()
    {
        var told = EventNames.All.SelectMany(name => Topic.OfAny(name, "<id>", "<name>").Select(topic => (topic, name)))
            .Where(pair => pair.topic != Topic.Wildcard)
            .GroupBy(pair => pair.topic, pair => pair.name)
            .ToDictionary(group => group.Key, group => group.Order(StringComparer.Ordinal).ToArray());
        var written = Repository.Table(Doc, "topic").Skip(1)
            .TakeWhile(row => row[0] != "`*`")
            .ToDictionary(row => row[0].Trim('`'), row => row[1].Split(", ").Select(name => name.Trim('`')).Order(StringComparer.Ordinal).ToArray());
        Assert.Equal(told.Keys.Order(StringComparer.Ordinal), written.Keys.Order(StringComparer.Ordinal));
        Assert.All(told, topic => Assert.Equal(topic.Value, written[topic.Key]));
    }

    [Fact]
    public void The_row_of_the_wildcard_names_what_is_not_told_there_and_what_is_told_nowhere_else()
    {
        var told = EventNames.All.ToDictionary(name => name, name => Topic.OfAny(name, "a", "p").ToArray());
        var named = told.Where(topics => !topics.Value.Contains(Topic.Wildcard) || topics.Value.Length == 1).Select(topics => topics.Key);
        var row = Repository.Table(Doc, "topic").Single(row => row[0] == "`*`")[1];
        Assert.Equal(named.Order(StringComparer.Ordinal), row.Split('`').Where((_, i) => i % 2 == 1).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Everything_but_output_is_told_on_the_wildcard() => Assert.Equal(
        ["stream_output"], EventNames.All.Where(name => !Topic.Of(new Publication(1, name, "a", null, default)).Contains(Topic.Wildcard)));

    [Fact]
    public void Every_push_stands_in_the_document()
    {
        var text = Repository.Read(Doc);
        Assert.All(ClientPushes.All, name => Assert.Contains($"`{name}`", text, StringComparison.Ordinal));
    }
}

using System.Buffers;
using System.Text.Json;
using Rollcall.Core.Fanout;
using Rollcall.Server.Sockets;
using Rollcall.Server.Tests.Clients;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>A project's name has 255 characters at most, of which each may be twelve bytes on the wire.</summary>
public sealed class LongTopicTests
{
    [Theory]
    [InlineData("😀")]
    [InlineData("\u00e9")]
    [InlineData("x")]
    public void An_event_is_said_on_the_topic_of_any_project(string character)
    {
        var topic = Topic.Parse($"project:{string.Concat(Enumerable.Repeat(character, 255))}")!;
        var frame = new ArrayBufferWriter<byte>();
        PhoenixCodec.Instance.WriteEvent(frame, topic, new Publication(7, "session_updated", "a", topic.Project, """{"seq":7}"""u8.ToArray()));

        var told = Assert.Single(Texts.Of([frame.WrittenMemory]));
        Assert.Equal(topic.Name, told[2].GetString());
        Assert.Equal("session_updated", told[3].GetString());
        Assert.Equal(7, told[4].GetProperty("seq").GetInt32());
    }
}

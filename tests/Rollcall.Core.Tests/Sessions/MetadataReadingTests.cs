using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Sessions;

/// <summary>A reporter's own fields are read wherever they stand in a text, and however it arrives.</summary>
public sealed class MetadataReadingTests
{
    /// <summary>As little at once as there can be: some 16 bytes.</summary>
    private static readonly JsonTypeInfo<SessionView> ByAndBy = (JsonTypeInfo<SessionView>)
        new JsonSerializerOptions(ProtocolJson.Default.Options) { DefaultBufferSize = 1 }.GetTypeInfo(typeof(SessionView));

    [Theory]
    [InlineData("{}", "{}")]
    [InlineData("{ \n }", "{}")]
    [InlineData("""{"a":{}}""", """{"a":{}}""")]
    [InlineData("""{ "a" : [1, null] }""", """{"a":[1,null]}""")]
    public async Task An_object_is_taken_and_what_follows_is_read_on_wherever_the_text_is_cut(string given, string kept)
    {
        for (var length = 1; length <= 32; length++)
        {
            var text = $$"""{"id":"{{new string('a', length)}}","metadata":{{given}},"name":"after"}""";
            AssertRead(JsonSerializer.Deserialize(text, ProtocolJson.Default.SessionView)!);
            AssertRead((await JsonSerializer.DeserializeAsync(
                new MemoryStream(Encoding.UTF8.GetBytes(text)), ByAndBy, TestContext.Current.CancellationToken))!);
        }

        void AssertRead(SessionView view) => Assert.Equal((kept, "after"), (view.Metadata.Json, view.Name));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("[]")]
    [InlineData("\"{}\"")]
    public void What_is_no_object_is_refused_also_where_the_object_around_it_ends(string given)
    {
        foreach (var behind in new[] { "", ",\"name\":\"after\"" })
        {
            var refused = Assert.Throws<JsonException>(
                () => JsonSerializer.Deserialize($$"""{"id":"a","metadata":{{given}}{{behind}}}""", ProtocolJson.Default.SessionView));
            Assert.Contains("must be a JSON object", refused.Message, StringComparison.Ordinal);
        }
    }
}

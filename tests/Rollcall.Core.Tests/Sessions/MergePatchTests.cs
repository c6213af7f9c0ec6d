using System.Text.Json;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Core.Tests.Sessions;

public sealed class MergePatchTests
{
    /// <summary>The cases of RFC 7386, appendix A, whose original and patch are objects.</summary>
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    [InlineData("""{"a":[null]}""", """{"b":[null]}""", """{"a":[null],"b":[null]}""")]
    [InlineData("""{"a":1.0}""", """{"b":1e2}""", """{"a":1.0,"b":1e2}""")]
    public void Metadata_is_merged_as_the_standard_says(string original, string patch, string result) =>
        Assert.Equal(result, Metadata.From(Life.Parsed(original)).Merge(Life.Parsed(patch)).Json);

    [Theory]
    [InlineData("{}", false)]
    [InlineData("""{"a":1}""", false)]
    [InlineData("""{"a":{"total":1}}""", false)]
    [InlineData("""{"a":"\"total\""}""", false)]
    [InlineData("""{"a":["total"]}""", false)]
    [InlineData("""{"total":null}""", true)]
    [InlineData("""{"a":"\"total\"","total":1}""", true)]
    [InlineData("""{"\u0074otal":1}""", true)]
    public void A_number_is_added_where_there_is_no_field_of_its_name(string json, bool has)
    {
        var metadata = Metadata.From(Life.Parsed(json));
        Assert.Equal(has, metadata.Has("total"));
        Assert.Equal(5, has ? 5 : Life.Parsed(metadata.With("total", 5).Json).GetProperty("total").GetInt32());
        Assert.Equal(has ? metadata : metadata.Merge(Life.Parsed("""{"total":5}""")), has ? metadata : metadata.With("total", 5));
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"x":{"a":1,"a":2}}""")]
    public void A_field_that_is_named_twice_has_its_last_value(string json)
    {
        var life = new Life();
        life.Do(new CreateSession { SessionId = Life.Id, Metadata = Life.Parsed(json) });
        life.Do(new UpdateSession { SessionId = Life.Id, Metadata = Life.Parsed("""{"x":{"b":1}}""") });
        life.Do(new UpdateSession { SessionId = Life.Id, Metadata = Life.Parsed(json) });
        Assert.DoesNotContain("\"a\":1", life.View.Metadata.Json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"\ud800":1}""")]
    [InlineData("""{"a":["\udc00x"]}""")]
    public void Metadata_that_is_not_valid_text_is_refused_and_does_no_harm(string json)
    {
        var life = Life.Begun();
        life.Refuses(new UpdateSession { SessionId = Life.Id, Metadata = Life.Parsed(json) }, ErrorCodes.InvalidRequest, "metadata");
        new Life().Refuses(new CreateSession { SessionId = Life.Id, Metadata = Life.Parsed(json) }, ErrorCodes.InvalidRequest, "metadata");
    }

    [Fact]
    public void Null_clears_all_metadata()
    {
        var life = new Life();
        life.Do(new CreateSession { SessionId = Life.Id, Metadata = Life.Parsed("""{"a":1}""") });
        var told = life.Do(new UpdateSession { SessionId = Life.Id, Metadata = Life.Parsed("null") })[0];
        Assert.Equal("{}", Life.Json(told).GetProperty("metadata").GetRawText());
    }

    [Theory]
    [InlineData("x")]
    [InlineData("é")]
    [InlineData("漢")]
    [InlineData("<")]
    [InlineData("😀")]
    [InlineData("\u00A0")]
    [InlineData("\u2028")]
    [InlineData("\uE0B0")]
    public void Metadata_may_have_16_KiB_as_the_reporter_wrote_them_and_not_one_byte_more(string unit)
    {
        var bytes = System.Text.Encoding.UTF8.GetByteCount(unit);
        var text = string.Concat(Enumerable.Repeat(unit, (Wire.MaxMetadataBytes - 8) / bytes));
        var life = new Life();
        life.Do(new CreateSession { SessionId = Life.Id, Metadata = Of(text + new string('y', ((Wire.MaxMetadataBytes - 8) % bytes))) });
        life.Refuses(new UpdateSession { SessionId = Life.Id, Metadata = Life.Parsed("""{"b":0}""") }, ErrorCodes.InvalidRequest, "metadata", "16384");
        life.Do(new UpdateSession { SessionId = Life.Id, Metadata = Of(text) });
        new Life().Refuses(new CreateSession { SessionId = Life.Id, Metadata = Of(text + unit) }, ErrorCodes.InvalidRequest, "metadata", "16384");
    }

    [Theory]
    [InlineData("""{"a":"\uD83D\uDE00","\uE0B0":1}""", "{\"a\":\"😀\",\"\uE0B0\":1}")]
    [InlineData("""{"a":"\\uD83D\\\uD83D\uDE00"}""", """{"a":"\\uD83D\\😀"}""")]
    [InlineData("""{"a":"\u0000\u001f\u0022\u005c\n"}""", """{"a":"\u0000\u001F\"\\\n"}""")]
    public void Only_what_must_be_escaped_is_escaped(string given, string kept)
    {
        var taken = Metadata.From(Life.Parsed(given));
        Assert.Equal(kept, taken.Json);
        Assert.Equal(Life.Parsed(given).GetProperty("a").GetString(), Life.Parsed(taken.Json).GetProperty("a").GetString());
        Assert.Equal(taken, taken.Merge(Life.Parsed("{}")));
    }

    [Fact]
    public void Metadata_of_a_resumed_session_is_bounded_as_a_whole()
    {
        var life = new Life();
        life.Do(new CreateSession { SessionId = Life.Id, Metadata = Of(new string('x', 10_000)) });
        life.Reach(SessionStatus.Terminated);
        var more = Life.Parsed(JsonSerializer.Serialize(new Dictionary<string, string> { ["b"] = new('y', 10_000) }));
        life.Refuses(new CreateSession { SessionId = Life.Id, Revive = true, Metadata = more }, ErrorCodes.InvalidRequest, "metadata");
    }

    [Fact]
    public void Metadata_nests_no_deeper_than_can_be_read_back()
    {
        var life = Life.Begun();
        life.Do(new UpdateSession { SessionId = Life.Id, Metadata = Nested(Metadata.MaxDepth) });
        life.Refuses(new UpdateSession { SessionId = Life.Id, Metadata = Nested(Metadata.MaxDepth + 1) }, ErrorCodes.InvalidRequest, "metadata");
    }

    private static JsonElement Of(string text) => Life.Parsed($$"""{"a":"{{text}}"}""");

    private static JsonElement Nested(int levels) =>
        Life.Parsed(string.Concat(Enumerable.Repeat("""{"a":""", levels - 1)) + "{}" + new string('}', levels - 1));
}

using System.Globalization;
using System.Text.Json;
using Rollcall.Server.Tests.Sockets.Conformance;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>A payload that is wrong is refused to the ref of its message, in the words that HTTP has for it.</summary>
public sealed class WrongPayloadTests : IAsyncLifetime
{
    private const string HalfAnEmoji = """{"text":"half an emoji \ud83d"}""";

    private TestHub _hub = null!;
    private WireClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        await _hub.Post("/api/v1/sessions", new { id = "a" });
        _client = await WireClient.Open(new Uri($"{_hub.Address}"));
        Assert.Equal("ok", (await Push("phx_join", """{"role":"owner","snapshot":false,"events":["error"]}""")).Status);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task Halves_of_surrogate_pairs_never_cost_an_owner_its_socket()
    {
        var overHttp = await _hub.Post("/api/v1/sessions/a/output", HalfAnEmoji);
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(("error", "invalid_request", overHttp["detail"]), await Push("output", HalfAnEmoji));
        }

        Assert.Equal("ok", (await Push("output", """{"text":"a whole one \ud83d\ude00"}""")).Status);
    }

    [Theory]
    [InlineData("""{"name":"n","metadata":{"a":["\ud83d"]}}""", "metadata must be valid Unicode text")]
    [InlineData("""{"name":"n","\ud83d":1}""", "payload must be valid Unicode text")]
    [InlineData("""["\ud83d"]""", "payload must be a JSON object")]
    [InlineData("[]", "payload must be a JSON object")]
    public async Task The_field_and_its_rule_are_named(string payload, string message) =>
        Assert.Equal(("error", "invalid_request", message), await Push("update", payload));

    [Theory]
    [InlineData(32, 200, "ok")]
    [InlineData(33, 400, "error")]
    [InlineData(20_000, 400, "error")]
    public async Task A_payload_nests_as_deeply_as_a_body(int levels, int status, string pushed)
    {
        var payload = "{\"metadata\":{\"a\":" + new string('[', levels - 2) + new string(']', levels - 2) + "}}";

        Assert.Equal(status, (await _hub.Send(HttpMethod.Patch, "/api/v1/sessions/a", payload)).Status);
        var answer = await Push("update", payload);
        Assert.Equal(pushed, answer.Status);
        Assert.True(pushed == "ok" || answer.Message!.StartsWith("metadata nests too deeply", StringComparison.Ordinal), answer.Message);
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public async Task Whatever_stands_behind_the_payload_is_ignored(string item)
    {
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal("ok", (await Push("output", $$"""{"text":"a \u0061"},null,{{item}}""")).Status);
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"epoch":"\udc00"}""")]
    public async Task A_join_with_such_a_payload_is_closed_so_that_its_client_does_not_ask_for_ever(string payload)
    {
        await Send($"""["7","7","alerts","phx_join",{payload}]""");

        var (refusal, close) = (await Next(), await Next());
        Assert.Equal("error", refusal[4].GetProperty("status").GetString());
        Assert.Equal("""["7","7","alerts","phx_close",{}]""", close.GetRawText());
    }

    [Fact]
    public async Task A_join_whose_payload_is_binary_is_refused_instead_of_its_payload_passed_over()
    {
        await _client.Send([ClientFrame.BinaryPush("7", "7", "alerts", "phx_join", """{"snapshot":false}""")]);

        var (refusal, close) = (await Next(), await Next());
        Assert.Equal("payload must be a JSON object", refusal[4].GetProperty("response").GetProperty("message").GetString());
        Assert.Equal("""["7","7","alerts","phx_close",{}]""", close.GetRawText());
    }

    [Fact]
    public async Task A_binary_push_without_a_join_ref_is_answered()
    {
        await _client.Send([ClientFrame.BinaryPush("", "7", "session:a", "output", """{"text":"x"}""")]);

        var reply = await Next();
        Assert.Equal((null, "7", "payload must be a JSON object"),
            (reply[0].GetString(), reply[1].GetString(), reply[4].GetProperty("response").GetProperty("message").GetString()));
    }

    [Fact]
    public async Task What_cannot_be_read_up_to_its_payload_is_still_no_message()
    {
        foreach (var text in (string[])[$"""["1","2","session:a","output",{HalfAnEmoji}] x""", $"""["1","\ud83d","session:a","output",{HalfAnEmoji}]"""])
        {
            await Send(text);
            Assert.Equal("phoenix", (await Next())[2].GetString());
        }
    }

    private Task Send(string message) => _client.Send([ClientFrame.Text(message)]);

    private async Task<(string? Status, string? Code, string? Message)> Push(string name, string payload)
    {
        var reference = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await Send($"""["1","{reference}","session:a","{name}",{payload}]""");
        var reply = await Next();
        Assert.Equal(("1", reference, "session:a"), (reply[0].GetString(), reply[1].GetString(), reply[2].GetString()));
        var response = reply[4].GetProperty("response");
        return response.TryGetProperty("code", out var code)
            ? (reply[4].GetProperty("status").GetString(), code.GetString(), response.GetProperty("message").GetString())
            : (reply[4].GetProperty("status").GetString(), null, null);
    }

    private async Task<JsonElement> Next()
    {
        var frame = await _client.Read() ?? throw new EndOfStreamException("the hub closed the socket instead of answering");
        return JsonSerializer.Deserialize<JsonElement>(frame.Payload);
    }
}

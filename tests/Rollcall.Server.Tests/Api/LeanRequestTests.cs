using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rollcall.Server.Api;
using Xunit;

namespace Rollcall.Server.Tests.Api;

/// <summary>What a request does not cost, and that a body is read however it arrives.</summary>
public sealed class LeanRequestTests : IAsyncLifetime
{
    private TestHub _hub = null!;

    private static readonly JsonTypeInfo<string> Text =
        (JsonTypeInfo<string>)new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() }.GetTypeInfo(typeof(string));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions", new { id = "a", status = "idle" })).Status);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Fact]
    public void Nothing_follows_a_request_from_thread_to_thread()
    {
        Assert.Null(_hub.App.Services.GetService<IHttpContextAccessor>());
        Assert.False(_hub.App.Services.GetRequiredService<IOptions<LoggerFilterOptions>>().Value.CaptureScopes);
    }

    /// <summary>As Windows PowerShell writes it.</summary>
    [Theory]
    [InlineData("/ingest/hooks/claude-code", """{"session_id":"h","cwd":"/src/x","hook_event_name":"SessionStart","source":"startup"}""", 204)]
    [InlineData("/api/v1/sessions", """{"id":"h"}""", 201)]
    [InlineData("/api/v1/commands", """[{"type":"create","session_id":"h"}]""", 200)]
    [InlineData("/api/v1/commands", """{"type":"create","session_id":"h"}""", 200)]
    public async Task A_byte_order_mark_before_a_body_is_none_of_it(string path, string body, int status)
    {
        using var content = new ByteArrayContent([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(body)]);
        content.Headers.ContentType = new("application/json");
        Assert.Equal(status, (await _hub.Post(path, content)).Status);
        Assert.Equal(200, (await _hub.Get("/api/v1/sessions/h")).Status);
    }

    [Theory]
    [InlineData("Content-Length: 19\r\n\r\n{\"status\":\"active\"}", 200)]
    [InlineData("Content-Length: 19\r\n\r\n|{\"status\":\"active\"}", 200)]
    [InlineData("Content-Length: 19\r\n\r\n{\"stat|us\":\"active\"}", 200)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n7\r\n{\"statu\r\nc\r\ns\":\"active\"}\r\n0\r\n\r\n", 200)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n7\r\n{\"statu\r\n|c\r\ns\":\"active\"}\r\n0\r\n\r\n", 200)]
    [InlineData("Content-Length: 4\r\n\r\n{\"s|t", 400)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n|ffffffffffffffff\r\n{}\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nx\r\n{}\r\n", 400)]
    [InlineData("Content-Length: 0\r\n\r\n", 400)]
    public async Task A_body_is_read_whole_in_however_many_pieces_it_comes(string rest, int status)
    {
        var address = _hub.Address;
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port, Cancel);
        var stream = client.GetStream();
        foreach (var piece in $"POST /api/v1/sessions/a/status HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\n{rest}".Split('|'))
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(piece), Cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        }

        var answer = new byte[16 * 1024];
        var read = await stream.ReadAsync(answer, Cancel);
        Assert.StartsWith($"HTTP/1.1 {status} ", Encoding.UTF8.GetString(answer, 0, read), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_that_have_come_behind_each_other_are_read_whole_wherever_each_is_cut_and_answered_in_order()
    {
        var address = _hub.Address;

        // While the first are answered the others fill more than one of the web server's blocks.
        var names = Enumerable.Range(0, 20).Select(i => $"name {i}").ToList();
        var requests = new StringBuilder();
        foreach (var name in names)
        {
            var body = $$$"""{"name":"{{{name}}}","metadata":{"k":"{{{new string('x', 3000)}}}"}}""";
            requests.Append(CultureInfo.InvariantCulture, $"PATCH /api/v1/sessions/a HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n")
                .Append(name == names[^1] ? "Connection: close\r\n\r\n" : "\r\n").Append(body);
        }

        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port, Cancel);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(requests.ToString()), Cancel);
        using var answers = new StreamReader(client.GetStream());
        var told = (await answers.ReadToEndAsync(Cancel)).Split("HTTP/1.1 200 ")[1..];
        Assert.Equal(names.Count, told.Length);
        Assert.All(told.Zip(names), answer => Assert.Contains($"\"name\":\"{answer.Second}\"", answer.First, StringComparison.Ordinal));
    }

    [Fact]
    public void An_answer_is_its_writers_alone_until_it_is_released_and_then_the_next_ones()
    {
        var (one, other) = (AnswerText.Of("one", Text), AnswerText.Of("other", Text));
        Assert.Equal("\"one\"", Encoding.UTF8.GetString(one.Written.Span));
        Assert.Equal("\"other\"", Encoding.UTF8.GetString(other.Written.Span));

        one.Release();
        var next = AnswerText.Of(new string('x', 20_000), Text);
        Assert.Same(one, next);
        Assert.Equal(20_002, next.Written.Length);
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(300_000)]
    public void An_answer_of_any_length_is_whole_beside_others(int length)
    {
        var texts = Enumerable.Range(0, 4).Select(i => new string((char)('a' + i), length)).ToList();
        var answers = texts.ConvertAll(text => AnswerText.Of(text, Text));
        Assert.All(answers.Zip(texts), pair => Assert.Equal($"\"{pair.Second}\"", Encoding.UTF8.GetString(pair.First.Written.Span)));
        answers.ForEach(answer => answer.Release());
        Assert.Equal("\"short\"", Encoding.UTF8.GetString(AnswerText.Of("short", Text).Written.Span));
    }

    [Fact]
    public void A_large_buffer_goes_back_to_where_it_was_lent_from()
    {
        var large = AnswerText.Of(new string('x', 20_000), Text);
        Assert.True(MemoryMarshal.TryGetArray(large.Written, out var lent));
        large.Release();
        Assert.True(large.Written.IsEmpty);
        Assert.Same(lent.Array, ArrayPool<byte>.Shared.Rent(lent.Array!.Length));
    }
}

using System.Net.Sockets;
using System.Text;

namespace Rollcall.Server.Tests.Api;

/// <summary>Who asks for what is not there, or in a way that is not taken, is told so.</summary>
public sealed class UnknownRouteTests : IAsyncLifetime
{
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync() => _hub = await TestHub.Start();

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData("POST", "/api/v1/fleet", 405)]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("GET", "/api/v1/sessions/a/b", 404)]
    [InlineData("PUT", "/api/v1/sessions", 405)]
    [InlineData("POST", "/api/v1/sessions/a/events", 405)]
    [InlineData("POST", "/api/v1/sessions/a/nope", 404)]
    [InlineData("DELETE", "/api/v1/nothing", 404)]
    [InlineData("POST", "/", 405)]
    [InlineData("GET", "/openapi/v2.json", 404)]
    public async Task A_route_that_is_not_there_says_so(string method, string path, int status)
    {
        var answer = await _hub.Send(HttpMethod.Parse(method), path);

        Assert.Equal(status, answer.Status);
        Assert.Equal("application/problem+json", answer.Headers["Content-Type"]);
    }

    [Theory]
    [InlineData("GET", "/api/v1/tokens", "POST")]
    [InlineData("HEAD", "/api/v1/commands", "POST")]
    [InlineData("PUT", "/api/v1/tokens", "POST")]
    [InlineData("GET", "/api/v1/sessions/a/heartbeat", "POST")]
    [InlineData("PUT", "/api/v1/sessions", "GET, HEAD, POST")]
    [InlineData("POST", "/api/v1/alerts/rules", "GET, HEAD, PUT")]
    [InlineData("OPTIONS", "/healthz", "GET, HEAD")]
    [InlineData("POST", "/sessions/a", "GET, HEAD")]
    public async Task A_method_that_is_not_taken_is_told_those_that_are(string method, string path, string methods)
    {
        var answer = await _hub.Send(HttpMethod.Parse(method), path);

        Assert.Equal((405, methods), (answer.Status, answer.Headers["Allow"]));
        Assert.Equal("application/problem+json", answer.Headers["Content-Type"]);
    }

    /// <summary>RFC 9110, 9.1: their case tells methods apart.</summary>
    [Theory]
    [InlineData("get", "/healthz", "GET, HEAD")]
    [InlineData("pOST", "/api/v1/sessions", "GET, HEAD, POST")]
    public async Task A_method_in_small_letters_is_none_that_is_taken(string method, string path, string methods)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(_hub.Address.Host, _hub.Address.Port, TestContext.Current.CancellationToken);
        var stream = tcp.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {_hub.Address.Authority}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
        var answer = await new StreamReader(stream).ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        Assert.Contains($"\r\nAllow: {methods}\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HEAD", "/api/v1/nothing")]
    [InlineData("OPTIONS", "/metrics/nothing")]
    public async Task Where_there_is_nothing_no_method_is_told(string method, string path)
    {
        var answer = await _hub.Send(HttpMethod.Parse(method), path);

        Assert.Equal((404, false), (answer.Status, answer.Headers.ContainsKey("Allow")));
    }
}

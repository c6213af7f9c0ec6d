using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Rollcall.Server.Api;

namespace Rollcall.Server.Tests.Api;

/// <summary>What the threads that wait for all sockets do themselves, and what they leave to the pool: as the web server's routing sees it.</summary>
public sealed class PlacementTests : IAsyncLifetime
{
    /// <summary>The web server begins with a connection on the pool; its later requests are read where they arrive, if they are waited for.</summary>
    private const int Requests = 20;

    private readonly ConcurrentQueue<bool> _onThePool = [];
    private IDisposable _watching = null!;
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        Assert.Equal(201, (await _hub.Post("/api/v1/sessions", new { id = "s" })).Status);
        _watching = Diagnosis.Hear(_hub, Diagnosis.Routed, _ => _onThePool.Enqueue(Thread.CurrentThread.IsThreadPoolThread));
    }

    public async ValueTask DisposeAsync()
    {
        _watching.Dispose();
        await _hub.DisposeAsync();
    }

    [Theory]
    [InlineData("POST", "/api/v1/sessions/s/status", """{"status":"idle"}""")]
    [InlineData("POST", "/api/v1/sessions/s/heartbeat", "{}")]
    [InlineData("POST", "/api/v1/sessions/s/usage", """{"input_tokens":1}""")]
    [InlineData("POST", "/api/v1/sessions/s/output", """{"text":"x"}""")]
    [InlineData("POST", "/api/v1/sessions/s/tasks", "{}")]
    [InlineData("PATCH", "/api/v1/sessions/s", """{"name":"x"}""")]
    public async Task A_small_report_is_handled_where_it_was_read(string method, string path, string body)
    {
        await Ask(method, path, body);
        Assert.Contains(false, _onThePool);
    }

    [Theory]
    [InlineData("GET", "/api/v1/sessions/s", null)]
    [InlineData("GET", "/api/v1/sessions", null)]
    [InlineData("POST", "/api/v1/commands", """{"type":"heartbeat","session_id":"s"}""")]
    [InlineData("POST", "/api/v1/sessions/s/messages", """{"text":"x"}""")]
    [InlineData("POST", "/api/v1/sessions/s/cancel", null)]
    [InlineData("POST", "/api/v1/sessions/s/pause", null)]
    [InlineData("POST", "/api/v1/sessions", """{"id":"s"}""")]
    [InlineData("DELETE", "/api/v1/sessions/nobody", null)]
    public async Task Whatever_may_take_its_time_is_left_to_the_pool(string method, string path, string? body)
    {
        await Ask(method, path, body);
        Assert.DoesNotContain(false, _onThePool);
    }

    [Fact]
    public async Task A_large_report_is_left_to_the_pool()
    {
        await Ask("PATCH", "/api/v1/sessions/s", $$"""{"name":"x"{{new string(' ', 4096)}}}""");
        Assert.DoesNotContain(false, _onThePool);
    }

    [Fact]
    public async Task A_report_that_may_be_repeated_is_left_to_the_pool_because_the_log_is_read_for_it()
    {
        await Ask("POST", "/api/v1/sessions/s/heartbeat", "{}", (Idempotency.Header, "k-1"));
        Assert.DoesNotContain(false, _onThePool);
    }

    /// <summary>One record holds them all: handled one after the other, they would keep the thread from everybody else.</summary>
    [Fact]
    public async Task Each_request_under_tls_goes_behind_what_waits_in_the_pool()
    {
        await using var hub = await TestHub.Start(tls: true);
        var byTheirReader = new ConcurrentQueue<bool>();
        using var watching = Diagnosis.Hear(hub, Diagnosis.Routed, _ => byTheirReader.Enqueue(Environment.StackTrace.Contains("ProcessRequests", StringComparison.Ordinal)));
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(hub.TlsAddress.Host, hub.TlsAddress.Port, TestContext.Current.CancellationToken);
#pragma warning disable CA5359 // The certificate is the test's own.
        await using var tls = new SslStream(tcp.GetStream(), false, (_, _, _, _) => true);
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(hub.TlsAddress.Host);

        var request = $"GET /api/v1/sessions/nobody HTTP/1.1\r\nHost: {hub.TlsAddress.Authority}\r\n";
        await tls.WriteAsync(Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Repeat(request + "\r\n", Requests - 1)) + request + "Connection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        await tls.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Repeat(false, Requests), byTheirReader);
    }

    /// <summary>As a socket's thread does, whoever completes the body goes on with what waited for it.</summary>
    [Fact]
    public async Task A_body_that_came_later_is_parsed_on_the_pool()
    {
        var body = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new PipeBody(body.Reader));
        var parsed = Parse();
        Assert.False(parsed.IsCompleted);
        new Thread(() => body.Writer.Complete()).Start();
        Assert.True(await parsed);

        async Task<bool> Parse()
        {
            await Body.Bytes(context.Request).ConfigureAwait(false);
            return Thread.CurrentThread.IsThreadPoolThread;
        }
    }

    private async Task Ask(string method, string path, string? body, params (string, string)[] headers)
    {
        for (var i = 0; i < Requests; i++)
        {
            await Whereabouts.Pause();
            await _hub.Send(new HttpMethod(method), path, body, null, headers);
        }

        Assert.Equal(Requests, _onThePool.Count);
    }

    private sealed record PipeBody(PipeReader Reader) : IRequestBodyPipeFeature;
}

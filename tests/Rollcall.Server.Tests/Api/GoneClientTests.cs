using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Protocol;
using Rollcall.Server.Api;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Api;

/// <summary>A client that goes in the middle of its request is no failure of the hub's.</summary>
public sealed class GoneClientTests
{
    private const int Times = 10;

    /// <summary>How a client leaves in the middle of a body.</summary>
    public enum Cut
    {
        Reset,
        End,
        EndOfChunks,
        Http2Stream,
    }

    public static MatrixTheoryData<string, Cut> Ways { get; } = new(
        ["/api/v1/sessions/s/status", "/api/v1/commands", "/ingest/hooks/claude-code"], Enum.GetValues<Cut>());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_body_that_is_cut_off_is_not_logged_as_one(string path, Cut cut)
    {
        using var failures = new Failures();
        await using var hub = await TestHub.Start(tls: cut == Cut.Http2Stream);
        Assert.Equal(201, (await hub.Post("/api/v1/sessions", new { id = "s" })).Status);
        hub.App.Services.GetRequiredService<ILoggerFactory>().AddProvider(failures);
        var (begun, ended) = (0, 0);
        using var beginnings = Diagnosis.Hear(hub, Diagnosis.Begun, _ => Interlocked.Increment(ref begun));
        using var ends = Diagnosis.Hear(hub, Diagnosis.Ended, _ => Interlocked.Increment(ref ended));
        for (var i = 1; i <= Times; i++)
        {
            Task HasBegun() => Hearing.Eventually(() => Task.FromResult(Volatile.Read(ref begun) == i));
            await (cut == Cut.Http2Stream ? Cancelled(hub, path, HasBegun) : CutOff(hub, path, cut, HasBegun));
        }

        await Hearing.Eventually(() => Task.FromResult(Volatile.Read(ref ended) == Times));
        Assert.Empty(failures.Said);
    }

    /// <summary>A reset over HTTP/2, or a hub that stops, may end the body before the request is known to be aborted.</summary>
    [Fact]
    public async Task A_body_that_ends_with_the_connection_is_told_from_one_that_is_wrong()
    {
        var reset = new IOException("The client reset the request stream.");
        await Assert.ThrowsAsync<ConnectionResetException>(async () => await Body.Bytes(Failing(reset)));
        await Assert.ThrowsAsync<ConnectionResetException>(async () => await Body.Read<Command>(Failing(reset)));
        var cancelled = new TaskCanceledException("The request was aborted");
        await Assert.ThrowsAsync<ConnectionResetException>(async () => await Body.Bytes(Failing(cancelled)));
        await Assert.ThrowsAsync<ConnectionResetException>(async () => await Body.Read<Command>(Failing(cancelled)));
        var wrong = new BadHttpRequestException("Bad chunk size data.");
        await Assert.ThrowsAsync<BadHttpRequestException>(async () => await Body.Bytes(Failing(wrong)));
        await Assert.ThrowsAsync<BadHttpRequestException>(async () => await Body.Read<Command>(Failing(wrong)));
    }

    private static async Task CutOff(TestHub hub, string path, Cut cut, Func<Task> begun)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(cut == Cut.Reset, 0) };
        await client.ConnectAsync(hub.Address.Host, hub.Address.Port, Cancel);
        var (length, part) = cut == Cut.EndOfChunks ? ("Transfer-Encoding: chunked", "64\r\n{\"status\"") : ("Content-Length: 100", "{\"status\"");
        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {hub.Address.Authority}\r\nContent-Type: application/json\r\n{length}\r\n\r\n{part}"), Cancel);
        await begun();
        await Whereabouts.Pause();
    }

    /// <summary>Over HTTP/2, where only the request ends, and not its connection.</summary>
    private static async Task Cancelled(TestHub hub, string path, Func<Task> begun)
    {
        using var client = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator })
        {
            BaseAddress = hub.TlsAddress,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var part = new Part();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var answer = client.PostAsync(new Uri(path, UriKind.Relative), part, stop.Token);
        await part.Sent.WaitAsync(Cancel);
        await begun();
        await Whereabouts.Pause();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    /// <summary>A request whose body cannot be read.</summary>
    private static HttpRequest Failing(Exception failure)
    {
        var body = new Pipe();
        body.Writer.Complete(failure);
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new PipedBody(body.Reader));
        return context.Request;
    }

    private sealed record PipedBody(PipeReader Reader) : IRequestBodyPipeFeature;

    /// <summary>The beginning of a body that has no end.</summary>
    private sealed class Part : HttpContent
    {
        private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Part() => Headers.ContentType = new("application/json");

        public Task Sent => _sent.Task;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync("{\"status\""u8.ToArray(), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            _sent.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, Cancel);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>What is logged as an error, or as odd.</summary>
    private sealed class Failures : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Said { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Said.Enqueue(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}

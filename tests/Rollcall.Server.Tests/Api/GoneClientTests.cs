using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Api;

/// <summary>A client that goes in the middle of its request is no failure of the hub's.</summary>
public sealed class GoneClientTests
{
    private const int Times = 10;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/v1/sessions/s/status")]
    [InlineData("/api/v1/commands")]
    [InlineData("/ingest/hooks/claude-code")]
    public async Task A_body_that_is_cut_off_is_not_logged_as_one(string path)
    {
        using var failures = new Failures();
        await using var hub = await TestHub.Start();
        Assert.Equal(201, (await hub.Post("/api/v1/sessions", new { id = "s" })).Status);
        hub.App.Services.GetRequiredService<ILoggerFactory>().AddProvider(failures);
        var ended = 0;
        using var watching = Diagnosis.Hear(hub, Diagnosis.Ended, _ => Interlocked.Increment(ref ended));
        for (var i = 0; i < Times; i++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
            await client.ConnectAsync(hub.Address.Host, hub.Address.Port, Cancel);
            await client.SendAsync(Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: {hub.Address.Authority}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"status\""), Cancel);
            await Whereabouts.Pause();
        }

        await Hearing.Eventually(() => Task.FromResult(Volatile.Read(ref ended) == Times));
        Assert.Empty(failures.Said);
    }

    /// <summary>What is logged as an error.</summary>
    private sealed class Failures : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Said { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

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

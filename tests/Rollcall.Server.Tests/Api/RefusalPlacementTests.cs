using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Server.Tests.Api;

/// <summary>Who is refused waits for nobody: they are answered on the pool, or one who goes on asking would keep a thread that waits for all sockets.</summary>
public sealed class RefusalPlacementTests : IAsyncLifetime
{
    /// <summary>The web server begins with a connection on the pool; its later requests are read where they arrive, if they are waited for.</summary>
    private const int Requests = 10;

    private readonly ConcurrentQueue<bool> _begun = [];
    private readonly ConcurrentQueue<bool> _answered = [];
    private IDisposable _watching = null!;
    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        _watching = Diagnosis.Hear(_hub, Diagnosis.Begun, request =>
        {
            Note(_begun);
            ((HttpContext)request!).Response.OnStarting(() => Note(_answered));
        });
    }

    public async ValueTask DisposeAsync()
    {
        _watching.Dispose();
        await _hub.DisposeAsync();
    }

    [Theory]
    [InlineData(401, "s", "{}", "Authorization", "Bearer rlc_unknown_key")]
    [InlineData(403, "s", "{}", "Host", "rebound.example")]
    [InlineData(400, "s", "{", "X-Nothing", "1")]
    [InlineData(400, "no+id", "{}", "X-Nothing", "1")]
    public async Task A_small_report_that_is_refused_is_answered_on_the_pool(int status, string session, string body, string header, string value)
    {
        for (var i = 0; i < Requests; i++)
        {
            await Whereabouts.Pause();
            Assert.Equal(status, (await _hub.Post($"/api/v1/sessions/{session}/usage", body, null, (header, value))).Status);
        }

        Assert.Equal((Requests, Requests), (_begun.Count, _answered.Count));
        Assert.Contains(false, _begun);
        Assert.DoesNotContain(false, _answered);
    }

    private static Task Note(ConcurrentQueue<bool> seen)
    {
        seen.Enqueue(Thread.CurrentThread.IsThreadPoolThread);
        return Task.CompletedTask;
    }
}

using System.Collections.Concurrent;

namespace Rollcall.Server.Tests;

/// <summary>What a stop leaves behind.</summary>
public sealed class HubLifeTests
{
    [Fact]
    public async Task What_was_heard_last_outlives_a_stop()
    {
        await using var hub = await TestHub.Start();
        var failures = new ConcurrentQueue<Exception>();
        hub.Hub.LogFailed += failures.Enqueue;
        Assert.Equal(201, (await hub.Post("/api/v1/sessions", new { id = "s" })).Status);
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(200, (await hub.Post("/api/v1/sessions/s/heartbeat")).Status);
        var heard = (await hub.Get("/api/v1/sessions/s")).Json;

        await hub.Restart();

        Assert.Empty(failures);
        var known = (await hub.Get("/api/v1/sessions/s")).Json;
        Assert.NotEqual(heard.GetProperty("created_at").GetString(), heard.GetProperty("last_seen_at").GetString());
        Assert.Equal(heard.GetProperty("last_seen_at").GetString(), known.GetProperty("last_seen_at").GetString());
    }
}

using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Log;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Api;

/// <summary>What a page of the log says of itself.</summary>
public sealed class EventsTests
{
    [Theory]
    [InlineData("/api/v1/events?after=1")]
    [InlineData("/api/v1/events?after=4&wait=1")]
    [InlineData("/api/v1/sessions/a/events")]
    public async Task A_page_tells_up_to_where_output_may_be_missing(string path)
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions/a/output", new { text = "one" });
        await hub.Post("/api/v1/sessions/a/pause");
        Assert.Equal(("0", "0"), await PrunedTo());

        await hub.Log.Prune(
            new Retention(TimeSpan.FromDays(1), TimeSpan.FromMinutes(1), long.MaxValue),
            TimeProvider.System.GetUtcNow().AddHours(1), TestContext.Current.CancellationToken);
        Assert.Equal(("0", "3"), await PrunedTo());
        await hub.Restart();
        Assert.Equal(("0", "3"), await PrunedTo());

        async Task<(string?, string?)> PrunedTo()
        {
            var page = await hub.Get(path);
            return (page["pruned_to"], page["output_pruned_to"]);
        }
    }

    [Theory]
    [InlineData("/api/v1/events")]
    [InlineData("/api/v1/events?wait=60")]
    [InlineData("/api/v1/sessions/a/events")]
    [InlineData("/api/v1/fleet/at?time=2026-03-01T12:00:00Z")]
    public async Task No_cursor_is_given_before_what_it_stands_behind_is_told(string path)
    {
        await using var hub = await TestHub.Start(time: new TestClock());
        await hub.Post("/api/v1/sessions", new { id = "a" });
        using (await HeldTelling.Of(hub.Hub, hub.Log, new PauseSession { SessionId = "a" }))
        {
            var page = await hub.Get(path);

            Assert.True(hub.Log.Head > hub.Hub.View.Seq);
            Assert.Equal(hub.Hub.View.Seq.ToString(), page["seq"]);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_the_hub_stops_a_long_poll_is_to_come_back_later(bool bySignal)
    {
        await using var hub = await TestHub.Start();
        if (bySignal)
        {
            hub.App.Lifetime.StopApplication();
        }
        else
        {
            hub.Hub.Fanout.Drain();
        }

        var refused = await hub.Get("/api/v1/events?wait=1");

        Assert.Equal((503, "unavailable"), (refused.Status, refused.Code));
        Assert.True(refused.Headers.ContainsKey("Retry-After"));
        Assert.Equal(200, (await hub.Get("/api/v1/events")).Status);
    }

    [Fact]
    public async Task A_long_poll_takes_a_place_while_it_waits()
    {
        await using var hub = await TestHub.Start(new RollcallOptions { MaxConnectionsPerAddress = 1 });
        await hub.Post("/api/v1/sessions", new { id = "a" });
        var limits = hub.App.Services.GetRequiredService<Door>().Limits;
        var waiting = hub.Get($"/api/v1/events?after={hub.Log.Head}&wait=60");
        await Hearing.Eventually(() => Task.FromResult(limits.Open == 1));

        var refused = await hub.Get($"/api/v1/events?after={hub.Log.Head}&wait=60");

        Assert.Equal((429, "rate_limited"), (refused.Status, refused.Code));
        Assert.True(refused.Headers.ContainsKey("Retry-After"));
        Assert.Equal(200, (await hub.Get("/api/v1/events?wait=60")).Status);
        await hub.Post("/api/v1/sessions/a/pause");
        Assert.Equal((200, 0), ((await waiting).Status, limits.Open));
    }

    [Theory]
    [InlineData("/api/v1/events/stream?topics=sessions", "text/event-stream")]
    [InlineData("/api/v1/events?after=0&wait=60", "application/json; charset=utf-8")]
    public async Task Who_asks_for_the_head_of_what_goes_on_is_answered_at_once(string path, string type)
    {
        await using var hub = await TestHub.Start();
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1 };
        using var http = new HttpClient(handler) { BaseAddress = hub.Address, Timeout = TimeSpan.FromSeconds(30) };

        var head = await hub.Send(HttpMethod.Head, path, null, http);

        Assert.Equal((200, type, ""), (head.Status, head.Headers["Content-Type"], head.Text));
        Assert.Equal(200, (await hub.Get("/healthz", http)).Status);
    }
}

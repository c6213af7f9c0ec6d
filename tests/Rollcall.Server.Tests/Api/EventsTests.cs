using Rollcall.Core.Log;

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
}

using Rollcall.Core.Tests;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Operations;

/// <summary>How soon the hub removes what retention no longer keeps.</summary>
public sealed class PruningTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public async Task What_is_above_the_limit_of_the_log_goes_within_a_minute()
    {
        await using var hub = await Start(options => options with { Retention = options.Retention with { MaxBytes = 1024 * 1024 } });
        await hub.Post("/api/v1/sessions", new { id = "a" });
        for (var i = 0; i < 20; i++)
        {
            await hub.Post("/api/v1/sessions/a/output", new { text = new string('x', 60_000) });
        }

        Assert.Equal(0, hub.Log.OutputPrunedTo);
        _clock.Advance(TimeSpan.FromMinutes(1));

        await Hearing.Eventually(() => Task.FromResult(hub.Log.OutputPrunedTo > 0));
    }

    [Fact]
    public async Task A_session_that_is_kept_for_a_minute_goes_within_the_next()
    {
        await using var hub = await Start(options => options with { Retention = options.Retention with { Sessions = TimeSpan.FromMinutes(1) } });
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/a");

        _clock.Advance(TimeSpan.FromMinutes(2));

        await Hearing.Eventually(async () => (await hub.Get("/api/v1/sessions/a")).Status == 404);
    }

    private Task<TestHub> Start(Func<RollcallOptions, RollcallOptions> with) => TestHub.Start(with(new RollcallOptions()), time: _clock);
}

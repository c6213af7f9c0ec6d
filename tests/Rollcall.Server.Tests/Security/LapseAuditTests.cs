using Rollcall.Core.Tests;
using Rollcall.Server.Tests.Defects;
using Rollcall.Server.Tests.Sockets;

namespace Rollcall.Server.Tests.Security;

/// <summary>What the hub ends by itself is written down as what others end is.</summary>
public sealed class LapseAuditTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public async Task A_session_that_the_hub_ends_is_written_down_as_its_own_doing_and_one_whose_crash_was_reported_is_not()
    {
        await using var hub = await TestHub.Start(time: _clock);
        await hub.Post("/api/v1/sessions", new { id = "silent", lease_seconds = 60 });
        await hub.Post("/api/v1/sessions", new { id = "owned" });
        using (var owner = await RawSocket.Open(hub))
        {
            await owner.Join("session:owned", new { role = "owner" });
        }

        await hub.Post("/api/v1/sessions", new { id = "told" });
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/told", new { reason = "crashed", error = "nothing was heard within the lease of 60 s" });
        await Hearing.Eventually(async () => (await hub.Get("/api/v1/sessions/owned/owner"))["owned"] == "False");

        _clock.Advance(TimeSpan.FromSeconds(31));
        await Hearing.Eventually(() => Task.FromResult(!hub.Hub.View.Live.ContainsKey("owned")));
        _clock.Advance(TimeSpan.FromSeconds(30));

        await Hearing.Eventually(() => Task.FromResult(Ends(hub) == "local told, hub owned, hub silent"));
    }

    [Fact]
    public async Task What_the_hub_ended_right_before_it_stopped_is_written_down()
    {
        await using var hub = await TestHub.Start(time: _clock);
        await hub.Post("/api/v1/commands", string.Join('\n', Enumerable.Range(0, 200).Select(i => $$"""{"type":"create","session_id":"s{{i}}","lease_seconds":5}""")));
        _clock.Advance(TimeSpan.FromSeconds(6));
        await Hearing.Eventually(() => Task.FromResult(hub.Hub.View.Live.Count == 0));

        await hub.Restart();

        Assert.Equal(200L, hub.Sql("SELECT count(DISTINCT detail) FROM audit WHERE principal = 'hub' AND action = 'session.terminate'"));
    }

    private static string? Ends(TestHub hub) => hub.Sql(
        "SELECT group_concat(principal || ' ' || detail, ', ') FROM (SELECT * FROM audit WHERE action = 'session.terminate' ORDER BY time, detail)") as string;
}

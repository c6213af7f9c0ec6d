using Rollcall.Core;
using Rollcall.Core.Tests;
using Rollcall.Protocol;

namespace Rollcall.Server.Tests.Defects;

/// <summary>What went wrong in Jidoka, against a real hub.</summary>
public sealed class JidoTests
{
    [Fact]
    public async Task Jido_a_crash_was_told_to_nobody_and_one_crash_took_others_with_it_an_owner_that_is_gone_crashes_its_session_only()
    {
        await using var hub = await TestHub.Start(new() { Hub = new HubOptions { OwnerGrace = TimeSpan.FromMilliseconds(50) } });
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions", new { id = "b" });
        await using var client = await hub.Connect();
        var (all, own) = (await client.Watch("sessions"), await client.Watch("session:a"));
        var owner = await hub.Connect();
        await owner.Watch("session:a", asOwner: true);
        await using var other = await hub.Connect();
        await other.Watch("session:b", asOwner: true);
        await owner.DisposeAsync();

        foreach (var heard in new[] { await own.Until<SessionTerminated>(), await all.Until<SessionTerminated>() })
        {
            var statuses = heard.OfType<SessionStatusChanged>().ToList();
            Assert.Equal([SessionStatus.Terminating, SessionStatus.Terminated], statuses.Select(status => status.Status));
            Assert.All(statuses, status => Assert.NotNull(status.Error));
            Assert.Equal(TerminationReason.Crashed, ((SessionTerminated)heard[^1]).Reason);
        }

        Assert.Equal("terminated", (await hub.Get("/api/v1/sessions/a"))["status"]);
        Assert.Equal("active", (await hub.Get("/api/v1/sessions/b"))["status"]);
    }

    [Fact]
    public async Task Jido_the_public_subscription_heard_no_status_and_nothing_ever_became_idle_both_topics_hear_it_once()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await using var client = await hub.Connect();
        var (all, own) = (await client.Watch("sessions"), await client.Watch("session:a"));
        await hub.Post("/api/v1/sessions/a/status", new { status = "idle" });
        await hub.Send(HttpMethod.Delete, "/api/v1/sessions/a");
        foreach (var heard in new[] { await own.Until<SessionTerminated>(), await all.Until<SessionTerminated>() })
        {
            var idle = Assert.Single(heard.OfType<SessionStatusChanged>(), status => status.Status == SessionStatus.Idle);
            Assert.Equal(SessionStatus.Active, idle.PreviousStatus);
        }
    }

    [Fact]
    public async Task Jido_a_failed_start_was_silent_and_stayed_for_ever_it_is_told_and_no_longer_listed()
    {
        await using var hub = await TestHub.Start();
        await using var client = await hub.Connect();
        var all = await client.Watch("sessions");
        await hub.Post("/api/v1/commands", """
            [{"type":"create","session_id":"a"},{"type":"terminate","session_id":"a","reason":"crashed","error":"no such model"}]
            """);
        var heard = await all.Until<SessionTerminated>();
        Assert.Equal("no such model", ((SessionTerminated)heard[^1]).Error);
        Assert.Single(heard.OfType<SessionCreated>());
        Assert.Equal("0", (await hub.Get("/api/v1/sessions"))["total"]);
    }

    [Fact]
    public async Task Jido_a_time_out_was_never_enforced_kato_an_expiry_was_not_told_a_lease_that_lapses_ends_the_session()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await using var client = await hub.Connect();
        var all = await client.Watch("sessions");
        await hub.Post("/api/v1/sessions", new { id = "a", lease_seconds = 10 });
        await all.Next<SessionCreated>();
        clock.Advance(TimeSpan.FromSeconds(11));
        await Hearing.Eventually(async () => (await hub.Get("/api/v1/sessions/a"))["status"] == "terminated");
        Assert.Equal(TerminationReason.Crashed, (await all.Next<SessionTerminated>()).Reason);
    }

    [Fact]
    public async Task Jido_a_subscription_went_to_the_caller_whoever_was_named_only_who_joined_hears()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Post("/api/v1/sessions", new { id = "b" });
        await using var first = await hub.Connect();
        await using var second = await hub.Connect();
        var (a, b) = (await first.Watch("session:a"), await second.Watch("session:b"));
        await hub.Post("/api/v1/sessions/b/status", new { status = "idle" });
        await hub.Post("/api/v1/sessions/a/output", new { text = "last" });
        await hub.Post("/api/v1/sessions/b/output", new { text = "last" });
        Assert.IsType<StreamOutput>(Assert.Single(await a.Until<StreamOutput>()));
        Assert.All((await b.Until<StreamOutput>()).OfType<SessionEvent>(), heard => Assert.Equal("b", heard.SessionId));
    }
}

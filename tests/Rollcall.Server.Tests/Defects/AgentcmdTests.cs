using Rollcall.Client;
using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Defects;

/// <summary>What went wrong in agentcmd, against a real hub.</summary>
public sealed class AgentcmdTests
{
    [Fact]
    public async Task Agentcmd_working_and_idle_were_not_broadcast_and_only_the_open_session_was_updated_every_watcher_hears_every_session()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "open", status = "idle" });
        await hub.Post("/api/v1/sessions", new { id = "background", status = "idle" });
        await using var one = await hub.Connect();
        await using var two = await hub.Connect();
        TopicSubscription[] tabs = [await one.Watch("sessions"), await two.Watch("sessions")];
        await one.Watch("session:open");
        await hub.Post("/api/v1/sessions/background/status", new { status = "active" });
        await hub.Post("/api/v1/sessions/background/status", new { status = "idle" });
        foreach (var tab in tabs)
        {
            Assert.Equal("background", (await tab.Next<SessionStatusChanged>(status => status.Status == SessionStatus.Active)).SessionId);
            await tab.Next<SessionStatusChanged>(status => status.Status == SessionStatus.Idle);
        }
    }

    [Fact]
    public async Task Agentcmd_a_socket_was_subscribed_before_its_access_was_checked_a_refused_join_leaves_no_subscription()
    {
        var limited = Key.Make(Scopes.All, ["shop"], null, null, DateTimeOffset.UnixEpoch);
        var whole = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new() { RequireKeys = true }, keys: [limited.Key, whole.Key]);
        await hub.Post("/api/v1/sessions", new { id = "theirs", project = "bank" }, hub.Client(whole.Credential));
        await using var client = await hub.Connect(limited.Credential);
        await Assert.ThrowsAsync<RefusedException>(() => client.Watch("session:theirs"));
        Assert.False(hub.Hub.Fanout.HasListeners("session:theirs"));
    }

    [Fact]
    public async Task Agentcmd_an_error_of_one_sender_was_told_to_all_but_the_sender_ours_is_told_to_the_sender_alone()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await using var sender = await hub.Connect();
        await using var other = await hub.Connect();
        var (mine, theirs) = (await sender.Watch("session:a"), await other.Watch("session:a"));
        var refused = await Assert.ThrowsAsync<RefusedException>(() => mine.Push("send_message", null, TestContext.Current.CancellationToken));
        Assert.NotEmpty(refused.Code);
        await hub.Post("/api/v1/sessions/a/output", new { text = "last" });
        Assert.IsType<StreamOutput>(Assert.Single(await theirs.Until<StreamOutput>()));
    }

    [Fact]
    public async Task Agentcmd_closing_one_tab_cleaned_up_every_session_a_watcher_that_leaves_ends_nothing()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        var tab = await hub.Connect();
        await tab.Watch("session:a");
        await tab.DisposeAsync();
        await Hearing.Eventually(() => Task.FromResult(hub.Hub.Fanout.OutletCount == 0));
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("active", (await hub.Get("/api/v1/sessions/a"))["status"]);
    }

    [Fact]
    public async Task Agentcmd_its_figures_never_went_down_and_were_open_to_everyone_ours_follow_the_connections_and_need_a_key()
    {
        var key = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new() { RequireKeys = true }, keys: [key.Key]);
        var http = hub.Client(key.Credential);
        Assert.Equal(401, (await hub.Get("/metrics")).Status);
        var client = await hub.Connect(key.Credential);
        await client.Watch("sessions");
        Assert.Contains("\nrollcall_connections 1\n", (await hub.Get("/metrics", http)).Text, StringComparison.Ordinal);
        await client.DisposeAsync();
        await Hearing.Eventually(async () => (await hub.Get("/metrics", http)).Text.Contains("\nrollcall_connections 0\n", StringComparison.Ordinal));
        Assert.False(hub.Hub.Fanout.HasListeners("sessions"));
    }

    [Fact]
    public async Task Agentcmd_the_token_was_part_of_the_url_ours_is_not_looked_for_there()
    {
        var key = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new() { RequireKeys = true }, keys: [key.Key]);
        Assert.Equal(401, (await hub.Get($"/socket/websocket?vsn=2.0.0&token={key.Credential}")).Status);
        Assert.Equal(401, (await hub.Get($"/api/v1/sessions?token={key.Credential}")).Status);
    }

    [Fact]
    public async Task Agentcmd_working_stayed_for_ever_after_a_restart_a_session_that_is_silent_is_shown_as_stale()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        await hub.Restart();
        Assert.Equal("False", (await hub.Get("/api/v1/sessions/a"))["stale"]);
        await Hearing.Eventually(async () =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return (await hub.Get("/api/v1/sessions/a"))["stale"] == "True";
        });
    }
}

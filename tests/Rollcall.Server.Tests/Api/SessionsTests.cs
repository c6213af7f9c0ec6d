using Rollcall.Core.Tests;
using Rollcall.Protocol;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Api;

/// <summary>Sessions over HTTP: begun, read, listed, changed, ended.</summary>
public sealed class SessionsTests
{
    [Fact]
    public async Task A_session_that_is_created_is_found_and_listed()
    {
        await using var hub = await TestHub.Start();

        var created = await hub.Post("/api/v1/sessions", new { id = "a", name = "first", cwd = "/home/me/shop", metadata = new { branch = "main" } });

        Assert.Equal(201, created.Status);
        Assert.Equal("/api/v1/sessions/a", created.Headers["Location"]);
        Assert.Equal("active", created["status"]);
        Assert.Equal("working", created["state"]);
        Assert.Equal("shop", created["project"]);
        Assert.Equal("2", created["seq"]);
        Assert.Equal(created.Text, (await hub.Get("/api/v1/sessions/a")).Text);
        var list = await hub.Get("/api/v1/sessions");
        Assert.Equal(["sessions", "total", "skip", "limit", "page", "pages", "seq", "epoch"], list.Json.EnumerateObject().Select(field => field.Name));
        Assert.Equal("a", list.Json.GetProperty("sessions")[0].GetProperty("id").GetString());
        Assert.Equal("1", list["total"]);
        Assert.Equal("2", list["seq"]);
    }

    [Fact]
    public async Task The_same_id_again_while_it_lives_answers_the_session_and_emits_nothing()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });

        var again = await hub.Post("/api/v1/sessions", new { id = "a", name = "other" });

        Assert.Equal(200, again.Status);
        Assert.Equal("", again["name"]);
        Assert.Equal(2, hub.Log.Head);
    }

    [Fact]
    public async Task A_stale_session_that_is_created_again_is_answered_200_and_is_no_longer_stale()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        clock.Advance(TimeSpan.FromSeconds(301));
        await Hearing.Eventually(async () => (await hub.Get("/api/v1/sessions/a"))["stale"] == "True");
        var again = await hub.Post("/api/v1/sessions", new { id = "a" });
        Assert.Equal((200, "False"), (again.Status, again["stale"]));
    }

    [Fact]
    public async Task A_list_waits_until_what_it_is_as_of_is_told()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        Task<Answer> listing;
        using (await HeldTelling.Of(hub.Hub, hub.Log, new PauseSession { SessionId = "a" }))
        {
            listing = hub.Get("/api/v1/sessions");
            await Task.WhenAny(listing, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken));
            Assert.False(listing.IsCompleted);
        }

        Assert.Equal(hub.Log.Head.ToString(), (await listing)["seq"]);
    }

    [Fact]
    public async Task The_count_is_as_of_the_seq_beside_it()
    {
        await using var hub = await TestHub.Start();
        await hub.Post("/api/v1/sessions", new { id = "a" });
        Task<Answer> counting;
        using (await HeldTelling.Of(hub.Hub, hub.Log, new CreateSession { SessionId = "b" }))
        {
            counting = hub.Get("/api/v1/sessions/count");
            await Task.WhenAny(counting, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken));
        }

        var count = await counting;
        Assert.Equal((hub.Log.Head.ToString(), "2", "2"), (count["seq"], count["total_sessions"], count["active_sessions"]));
    }

    [Fact]
    public async Task A_session_without_an_id_gets_one()
    {
        await using var hub = await TestHub.Start();

        var created = await hub.Post("/api/v1/sessions");

        Assert.Equal(201, created.Status);
        Assert.StartsWith("session_", created["id"], StringComparison.Ordinal);
    }
}

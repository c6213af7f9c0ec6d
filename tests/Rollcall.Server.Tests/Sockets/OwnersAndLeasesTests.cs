using Rollcall.Core.Tests;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Sockets;

/// <summary>A session that has an owner's connection and a lease.</summary>
public sealed class OwnersAndLeasesTests
{
    private const string Session = "/api/v1/sessions/a";

    [Fact]
    public async Task A_lease_that_is_given_while_an_owner_is_connected_lapses_only_after_it_has_left()
    {
        var clock = new TestClock();
        await using var hub = await TestHub.Start(time: clock);
        await hub.Post("/api/v1/sessions", new { id = "a" });
        using var socket = await RawSocket.Open(hub);
        await socket.Join("session:a", new { role = "owner" });
        Assert.Equal(200, (await hub.Post("/api/v1/sessions", new { id = "a", lease_seconds = 1 })).Status);

        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(200, (await hub.Post($"{Session}/heartbeat")).Status);
        Assert.Equal("True", (await hub.Get($"{Session}/owner"))["owned"]);

        await socket.Push("session:a", "phx_leave", new { }, "1");
        await Hearing.Eventually(async () => (await hub.Get($"{Session}/owner"))["owned"] == "False");
        Assert.Equal(200, (await hub.Post($"{Session}/heartbeat")).Status);
        clock.Advance(TimeSpan.FromSeconds(2));
        await Hearing.Eventually(async () => (await hub.Get(Session))["status"] == "terminated");
        Assert.Contains("lease", (await hub.Get(Session))["error_message"], StringComparison.Ordinal);
    }
}

using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Log;
using Rollcall.Protocol;
using Rollcall.Server.Security;

namespace Rollcall.Server.Tests.Security;

/// <summary>The door is asked where a small report was read, and reads the log only on the pool.</summary>
public sealed class DoorPlacementTests : IAsyncLifetime
{
    private static readonly Principal Limited = new("limited", Scopes.All, new HashSet<string> { "shop" });

    private TestHub _hub = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await TestHub.Start();
        await _hub.Post("/api/v1/sessions", new { id = "live", project = "shop" });
        await _hub.Post("/api/v1/sessions", new { id = "ended", project = "shop" });
        Assert.Equal(200, (await _hub.Send(HttpMethod.Delete, "/api/v1/sessions/ended")).Status);
    }

    public ValueTask DisposeAsync() => _hub.DisposeAsync();

    [Theory]
    [InlineData("live", true, new string[0])]
    [InlineData("ended", true, new[] { "Find" })]
    [InlineData("unknown", false, new[] { "Find" })]
    public async Task The_log_is_asked_for_a_session_that_does_not_live_and_only_on_the_pool(string session, bool allowed, string[] questions)
    {
        var (log, asked) = SeenLog.Of(_hub.Log);
        var door = ActivatorUtilities.CreateInstance<Door>(_hub.App.Services, log);
        await Whereabouts.Elsewhere(async () =>
            Assert.Equal(allowed, await door.Allows(Limited, new Heartbeat { SessionId = session }) is null));
        Assert.Equal(questions.Select(name => (name, true)), asked);
    }
}

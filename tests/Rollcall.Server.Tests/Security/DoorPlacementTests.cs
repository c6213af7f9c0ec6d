using Microsoft.Extensions.DependencyInjection;
using Rollcall.Core.Log;
using Rollcall.Core.Tests.Hub;
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
    public async Task The_log_is_asked_for_a_session_that_does_not_live_and_only_on_the_pool(string session, bool found, string[] questions)
    {
        var (log, asked) = SeenLog.Of(_hub.Log);
        var door = ActivatorUtilities.CreateInstance<Door>(_hub.App.Services, log);
        await Whereabouts.Elsewhere(async () =>
            Assert.Equal(found, await door.Find(Limited, session) is not null));
        Assert.Equal(questions.Select(name => (name, true)), asked);
    }

    [Fact]
    public async Task A_session_that_is_durable_and_not_told_yet_is_found_once_it_is_told()
    {
        await using var fixture = await HubFixture.Start();
        var door = ActivatorUtilities.CreateInstance<Door>(_hub.App.Services, fixture.Hub, fixture.Log);
        fixture.Log.HoldCommits();
        var created = fixture.Hub.Submit(new CreateSession { SessionId = "new" }).AsTask();
        await fixture.Log.AppendWaits.Task;

        var found = door.Find(Principal.Local, "new").AsTask();

        await Task.WhenAny(found, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken));
        var early = found.IsCompleted;
        fixture.Log.ReleaseCommits();
        Assert.False(early);
        Assert.NotNull(await found);
        Assert.True(fixture.Hub.View.Live.ContainsKey("new"));
        await created;
    }
}

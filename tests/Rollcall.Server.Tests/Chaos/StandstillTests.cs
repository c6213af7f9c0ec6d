using System.Net;
using System.Net.Http.Json;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>A hub whose whole process stands still for a while, as on a laptop that is closed.</summary>
public sealed class StandstillTests
{
    /// <summary>Nothing is sent meanwhile: what lies in the kernel would be a sign of life, if it is read first.</summary>
    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_session_is_not_taken_for_crashed_by_a_hub_that_stood_still(int seconds)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it has no such signals");
        var cancel = TestContext.Current.CancellationToken;
        await using var hub = new HubProcess();
        hub.Launch();
        await hub.Ready();
        using var http = new HttpClient { BaseAddress = hub.Url };
        using var created = await http.PostAsJsonAsync("/api/v1/sessions", new { id = "a", lease_seconds = 3 }, cancel);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);

        hub.Signal("STOP");
        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, cancel);
        hub.Signal("CONT");
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancel);

        using var answer = await http.PostAsync(new Uri("/api/v1/sessions/a/heartbeat", UriKind.Relative), null, cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}

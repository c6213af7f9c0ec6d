using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>A hub whose disk fails or hangs, and the one that is started on the same data when it was killed.</summary>
public sealed class FaultyDiskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "the log could not be written; nothing was changed")]
    [InlineData(2, "the log could not be written; whether anything was changed is not known")]
    public async Task What_was_refused_because_the_disk_failed_is_not_there_after_a_crash(int syncs, string detail)
    {
        using var disk = await FaultyDisk.Make();
        await using var hub = new HubProcess();
        await Begin(hub, disk);
        using var http = new HttpClient { BaseAddress = hub.Url };
        await Create(http);

        disk.Fail(syncs);
        using var refused = await http.PostAsJsonAsync("/api/v1/sessions/a/usage", new { input_tokens = 1000 }, Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(detail, (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("detail").GetString());

        await hub.Kill();
        await Begin(hub, disk);
        Assert.Equal(0, await InputTokens(http));
        using var taken = await http.PostAsJsonAsync("/api/v1/sessions/a/usage", new { input_tokens = 7 }, Cancel);
        Assert.Equal((HttpStatusCode.OK, 7), (taken.StatusCode, await InputTokens(http)));
    }

    [Fact]
    public async Task A_hub_whose_disk_hangs_says_that_it_is_not_ready_and_is_again_behind_it()
    {
        using var disk = await FaultyDisk.Make();
        await using var hub = new HubProcess();
        await Begin(hub, disk);
        using var http = new HttpClient { BaseAddress = hub.Url };
        await Create(http);

        disk.Hang(seconds: 15);
        var late = http.PostAsJsonAsync("/api/v1/sessions/a/usage", new { input_tokens = 7 }, Cancel);
        await Task.Delay(TimeSpan.FromSeconds(1.2), TimeProvider.System, Cancel);
        var asked = Stopwatch.StartNew();
        using var ready = await http.GetAsync(new Uri("/readyz", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("the log was not written within 5 s", await ready.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.InRange(asked.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.False(late.IsCompleted);

        using var answer = await late;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Hearing.Eventually(async () =>
        {
            using var again = await http.GetAsync(new Uri("/readyz", UriKind.Relative), Cancel);
            return again.IsSuccessStatusCode;
        });
    }

    private static async Task Begin(HubProcess hub, FaultyDisk disk)
    {
        hub.Launch(variables: disk.Variables);
        await hub.Ready();
    }

    private static async Task Create(HttpClient http)
    {
        using var created = await http.PostAsJsonAsync("/api/v1/sessions", new { id = "a" }, Cancel);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    private static async Task<int> InputTokens(HttpClient http)
    {
        var session = await http.GetFromJsonAsync<JsonElement>("/api/v1/sessions/a", Cancel);
        return session.GetProperty("usage").GetProperty("input_tokens").GetInt32();
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Rollcall.Server.Tests.Chaos;

/// <summary>A hub whose files may not grow any more, as the system's limits have it.</summary>
public sealed class FileLimitTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_refuses_what_has_no_room_goes_on_and_takes_it_when_there_is_some()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "it has no prlimit");
        await using var hub = new HubProcess();
        hub.Launch();
        await hub.Ready();
        using var http = new HttpClient { BaseAddress = hub.Url };
        using var created = await http.PostAsJsonAsync("/api/v1/sessions", new { id = "a" }, Cancel);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Limit(hub, Directory.EnumerateFiles(hub.Data).Max(file => new FileInfo(file).Length).ToString(CultureInfo.InvariantCulture));

        var taken = 0;
        HttpStatusCode status;
        do
        {
            using var written = await http.PostAsJsonAsync("/api/v1/sessions/a/output", new { text = new string('x', 20_000) }, Cancel);
            status = written.StatusCode;
        }
        while (status == HttpStatusCode.OK && ++taken < 1_000);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal(taken, await Pieces(http));
        Limit(hub, "unlimited");
        await hub.Ready();
        using var again = await http.PostAsJsonAsync("/api/v1/sessions/a/output", new { text = "y" }, Cancel);
        Assert.Equal((HttpStatusCode.OK, taken + 1), (again.StatusCode, await Pieces(http)));
    }

    private static void Limit(HubProcess hub, string bytes)
    {
        using var set = Process.Start("prlimit", ["--pid", $"{hub.Id}", $"--fsize={bytes}:unlimited"]);
        set.WaitForExit();
        Assert.Equal(0, set.ExitCode);
    }

    private static async Task<int> Pieces(HttpClient http)
    {
        var events = await http.GetFromJsonAsync<JsonElement>("/api/v1/sessions/a/events?limit=1000", Cancel);
        return events.GetProperty("events").EnumerateArray().Count(told => told.GetProperty("event").GetString() == "stream_output");
    }
}

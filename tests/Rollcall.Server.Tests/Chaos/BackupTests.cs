using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.Json;

namespace Rollcall.Server.Tests.Chaos;

/// <summary><c>rollcall backup</c>, of a hub that runs, and a hub that begins with the copy.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rollcall-backup-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_hub_begins_with_the_copy_as_of_its_moment_and_resumes_nobody_who_may_have_heard_more()
    {
        var copy = Path.Combine(_folder, "copy.db");
        await using var first = new HubProcess();
        await Begin(first);
        var heard = await Create(first, "before");
        Assert.Equal((0, ""), await HubProcess.Command("backup", copy, "--data", first.Data));
        await Create(first, "after");

        await using var second = new HubProcess();
        File.Move(copy, Path.Combine(second.Data, "rollcall.db"));
        await Begin(second);

        var state = await Sessions(second);
        Assert.Equal(["before"], state.GetProperty("sessions").EnumerateArray().Select(session => session.GetProperty("id").GetString()));
        var epoch = state.GetProperty("epoch").GetString();
        Assert.NotEqual(heard.GetProperty("epoch").GetString(), epoch);
        Assert.Equal(epoch, await EpochOfAnotherStart(second));
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public async Task The_copy_is_its_owners_alone_and_nothing_is_written_over()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it has no such modes");
        var copy = Path.Combine(_folder, "copy.db");
        await using var hub = new HubProcess();
        await Begin(hub);
        Assert.Equal((0, ""), await HubProcess.Command("backup", copy, "--data", hub.Data));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));

        Assert.Equal((1, $"{copy} is there already: name a new file."), await HubProcess.Command("backup", copy, "--data", hub.Data));
        var none = Path.Combine(_folder, "none");
        Assert.Equal(
            (1, $"There is no log {none}/rollcall.db to copy."), await HubProcess.Command("backup", Path.Combine(_folder, "other.db"), "--data", none));
        Assert.Equal([copy], Directory.GetFileSystemEntries(_folder));
    }

    private static async Task Begin(HubProcess hub)
    {
        hub.Launch();
        await hub.Ready();
    }

    private static async Task<string?> EpochOfAnotherStart(HubProcess hub)
    {
        await hub.Kill();
        await Begin(hub);
        return (await Sessions(hub)).GetProperty("epoch").GetString();
    }

    private static async Task<JsonElement> Create(HubProcess hub, string id)
    {
        using var http = new HttpClient { BaseAddress = hub.Url };
        using var created = await http.PostAsJsonAsync("/api/v1/sessions", new { id });
        created.EnsureSuccessStatusCode();
        return await Sessions(hub);
    }

    private static async Task<JsonElement> Sessions(HubProcess hub)
    {
        using var http = new HttpClient { BaseAddress = hub.Url };
        return await http.GetFromJsonAsync<JsonElement>("/api/v1/sessions");
    }
}

using System.Runtime.Versioning;
using Rollcall.Server.Security;
using Rollcall.Server.Tests.Defects;

namespace Rollcall.Server.Tests.Security;

/// <summary>The files of the keys.</summary>
public sealed class KeyFileTests
{
    private static readonly (Key Key, string Credential) Whole = Key.Make(Scopes.All, null, null, null, DateTimeOffset.UnixEpoch);

    [Fact, UnsupportedOSPlatform("windows")]
    public void The_first_key_makes_a_data_directory_that_is_its_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it has no such modes");
        var above = Directory.CreateTempSubdirectory("rollcall-keys-");
        var data = Path.Combine(above.FullName, "data");
        KeyFile.Change(data, keys => keys);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data));
        Assert.All(Directory.GetFiles(data), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        above.Delete(recursive: true);
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public void A_change_leaves_the_file_the_mode_that_it_was_given()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it has no such modes");
        var data = Directory.CreateTempSubdirectory("rollcall-keys-");
        KeyFile.Change(data.FullName, keys => keys);
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(KeyFile.PathIn(data.FullName), mode);

        KeyFile.Change(data.FullName, keys => keys);

        Assert.Equal(mode, File.GetUnixFileMode(KeyFile.PathIn(data.FullName)));
        data.Delete(recursive: true);
    }

    [Fact]
    public async Task Keys_that_cannot_be_read_at_one_look_are_read_at_a_later_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights there");
        var cancel = TestContext.Current.CancellationToken;
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: Whole.Key);
        var (keys, elsewhere) = (KeyFile.PathIn(hub.Data), Path.Combine(hub.Data, "elsewhere.json"));

        // A link that leads back to itself can be opened by nobody.
        File.CreateSymbolicLink(elsewhere, keys);
        File.CreateSymbolicLink(keys + ".new", elsewhere);
        File.Move(keys + ".new", keys, overwrite: true);
        Assert.Equal(200, (await hub.Get("/api/v1/sessions", hub.Client(Whole.Credential))).Status);

        await File.WriteAllTextAsync(elsewhere + ".new", "[]", cancel);
        File.Move(elsewhere + ".new", elsewhere, overwrite: true);
        await Hearing.Eventually(async () => (await hub.Get("/api/v1/sessions", hub.Client(Whole.Credential))).Status == 401);
    }

    /// <summary>As key create made it once of an empty project.</summary>
    [Fact]
    public async Task A_key_of_an_empty_project_stops_no_start_and_sees_and_begins_nothing()
    {
        var (blank, credential) = Key.Make(Scopes.All, [""], null, null, DateTimeOffset.UnixEpoch);
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: [Whole.Key, blank]);
        await hub.Post("/api/v1/sessions", new { id = "nobodys" }, hub.Client(Whole.Credential));
        await hub.Post("/api/v1/sessions", new { id = "shops", project = "shop" }, hub.Client(Whole.Credential));

        var client = hub.Client(credential);
        Assert.Equal("0", (await hub.Get("/api/v1/sessions?status=all", client))["total"]);
        Assert.Equal(403, (await hub.Post("/api/v1/sessions", new { id = "new" }, client)).Status);
        Assert.Equal(400, (await hub.Post("/api/v1/sessions", new { id = "new", project = "" }, client)).Status);
        Assert.Equal(403, (await hub.Get("/api/v1/fleet", client)).Status);
    }

    [Theory]
    [InlineData("""[null]""", "[0]: must be an object")]
    [InlineData("""[{KEY, "salt": "-"}]""", "[0]: salt must be Base64")]
    [InlineData("""[{KEY, "hash": "a"}]""", "[0]: hash must be Base64")]
    [InlineData("""[{KEY}, {KEY}]""", "[1]: id k is given twice")]
    [InlineData("""[{KEY, "scopes": null}]""", "scopes")]
    [InlineData("""[{"id": "k"}]""", "salt")]
    [InlineData("""[{KEY, "projects": []}]""", "[0]: projects must name one or more projects; leave it out for all")]
    [InlineData("""[{KEY, "projects": [null]}]""", "[0]: projects must name one or more projects; leave it out for all")]
    [InlineData("""[{KEY, "id": "local"}]""", "[0]: id must not be local")]
    [InlineData("""{""", "damaged")]
    public async Task Keys_that_cannot_be_understood_stop_a_start_and_leave_a_running_hub_its_own(string keys, string flaw)
    {
        await using var hub = await TestHub.Start(new RollcallOptions { RequireKeys = true }, keys: Whole.Key);
        var file = keys.Replace("KEY", """ "id": "k", "scopes": [], "salt": "aaaa", "hash": "aaaa" """, StringComparison.Ordinal);

        await File.WriteAllTextAsync(KeyFile.PathIn(hub.Data), file, TestContext.Current.CancellationToken);

        Assert.Equal(200, (await hub.Get("/api/v1/sessions", hub.Client(Whole.Credential))).Status);
        Assert.Equal(401, (await hub.Get("/api/v1/sessions", hub.Client("rlc_k_secret"))).Status);
        var damaged = Assert.Throws<RefusedToStartException>(() => KeyFile.Read(hub.Data));
        Assert.StartsWith($"{KeyFile.PathIn(hub.Data)} is damaged: ", damaged.Message, StringComparison.Ordinal);
        Assert.Contains(flaw, damaged.Message, StringComparison.Ordinal);
    }
}

using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rollcall.Core.Fleet;
using Xunit;

namespace Rollcall.Core.Tests.Fleet;

public sealed class FeatureFlagsTests
{
    [Fact]
    public async Task A_change_holds_at_once_keeps_the_rest_and_survives_a_restart()
    {
        await using var rig = await FleetRig.Start();
        using (var flags = await FeatureFlags.Load(rig.Log, rig.Clock))
        {
            Assert.Equal(Flags.AllOn, flags.Current);
            Assert.True((await flags.Change(Json("""{"alerts": false}"""), "ops")).IsValid);
            Assert.True((await flags.Change(Json("""{"host_stats": false}"""), "ops")).IsValid);
            Assert.Equal(Flags.AllOn with { Alerts = false, HostStats = false }, flags.Current);
        }

        await rig.Restart();
        using var again = await FeatureFlags.Load(rig.Log, rig.Clock);
        Assert.Equal(Flags.AllOn with { Alerts = false, HostStats = false }, again.Current);
    }

    [Fact]
    public async Task A_change_is_audited_with_who_did_it()
    {
        await using var rig = await FleetRig.Start();
        using var flags = await FeatureFlags.Load(rig.Log, rig.Clock);
        await flags.Change(Json("""{"session_events": false}"""), "key_7");
        using var file = new SqliteConnection($"Data Source={rig.Database};Mode=ReadOnly;Pooling=False");
        file.Open();
        using var query = file.CreateCommand();
        query.CommandText = "SELECT principal || ' ' || action || ' ' || detail FROM audit";
        Assert.Equal("""key_7 flags.change {"session_events": false}""", query.ExecuteScalar());
    }

    [Theory]
    [InlineData("""{"alerts": false, "colour": true}""", "colour")]
    [InlineData("""{"alerts": "no"}""", "alerts")]
    [InlineData("""{"alerts": null}""", "alerts")]
    [InlineData("""[true]""", "")]
    public async Task A_wrong_field_is_named_and_nothing_changes(string patch, string field)
    {
        await using var rig = await FleetRig.Start();
        using var flags = await FeatureFlags.Load(rig.Log, rig.Clock);
        var changed = await flags.Change(Json(patch), "ops");
        Assert.Equal([field], changed.Problems.Keys);
        Assert.Equal(Flags.AllOn, flags.Current);
        Assert.Null(await rig.Log.ReadDocument("flags", TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_flag_has_its_name_on_the_wire() => Assert.Equal(
        ["alerts", "host_stats", "realtime_updates", "selective_subscriptions", "session_events"],
        Flags.Names.Order());

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}

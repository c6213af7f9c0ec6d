using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>What the fleet knows beside its sessions: stored with every batch, so that a restart need not read the log.</summary>
/// <param name="Period">The aggregate.</param>
/// <param name="OpenAlerts">Alerts that are not resolved, the oldest first; at most <see cref="MostAlerts"/>.</param>
public sealed record FleetState(WorkPeriod Period, ImmutableList<OpenAlert> OpenAlerts)
{
    /// <summary>Above so many the oldest is forgotten here; the log keeps it.</summary>
    public const int MostAlerts = 200;

    private Text? written;

    /// <summary>The state of a new data directory.</summary>
    public static FleetState Begin(DateTimeOffset createdAt) => new(WorkPeriod.Begin(createdAt), []);

    /// <summary>The state after an event of the fleet.</summary>
    public FleetState Apply(HubEvent happened) => happened switch
    {
        SystemAlert e => this with
        {
            OpenAlerts = (OpenAlerts.Count < MostAlerts ? OpenAlerts : OpenAlerts.RemoveAt(0)).Add(new OpenAlert(e, null)),
        },
        AlertAcknowledged e => this with { OpenAlerts = OpenAlerts.ConvertAll(open => open.Alert.Id == e.Id ? open with { AcknowledgedBy = e.By } : open) },
        AlertResolved e => this with { OpenAlerts = OpenAlerts.RemoveAll(open => open.Alert.Id == e.Id) },
        FleetPaused => this with { Period = Period with { FleetPaused = true } },
        FleetResumed => this with { Period = Period with { FleetPaused = false } },
        _ => this,
    };

    /// <summary>Its form in the log. Asked for with every batch, so that what did not change is not written anew.</summary>
    public string ToJson()
    {
        var before = written;
        if (before is null || !ReferenceEquals(before.Period, Period) || !ReferenceEquals(before.OpenAlerts, OpenAlerts))
        {
            var alerts = before is not null && ReferenceEquals(before.OpenAlerts, OpenAlerts)
                ? before.AlertsJson
                : JsonSerializer.Serialize(OpenAlerts, FleetJson.Default.ImmutableListOpenAlert);
            var period = JsonSerializer.Serialize(Period, FleetJson.Default.WorkPeriod);
            written = before = new(Period, OpenAlerts, alerts, $$"""{"period":{{period}},"open_alerts":{{alerts}}}""");
        }

        return before.Json;
    }

    /// <summary>Reads it back.</summary>
    public static FleetState FromJson(string json) => JsonSerializer.Deserialize(json, FleetJson.Default.FleetState)!;

    /// <summary>What was written of which parts.</summary>
    private sealed record Text(WorkPeriod Period, ImmutableList<OpenAlert> OpenAlerts, string AlertsJson, string Json);
}

/// <summary>An alert that is not resolved.</summary>
/// <param name="Alert">What was told.</param>
/// <param name="AcknowledgedBy">Who has seen it; null when nobody has.</param>
public sealed record OpenAlert(SystemAlert Alert, string? AcknowledgedBy);

/// <summary>The JSON of the fleet's own stored state, and of snapshots.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FleetState))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, bool>))]
internal sealed partial class FleetJson : JsonSerializerContext;

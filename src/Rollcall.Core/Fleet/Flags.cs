using System.Text.Json;

namespace Rollcall.Core.Fleet;

/// <summary>What a person may switch off while the hub runs. Immutable; the table of names stands in <c>docs/operating.md</c>.</summary>
public sealed record Flags
{
    /// <summary>Everything on, which is what a new data directory begins with.</summary>
    public static readonly Flags AllOn = new();

    private static readonly Dictionary<string, (Func<Flags, bool> Get, Func<Flags, bool, Flags> Set)> Table = new()
    {
        ["session_events"] = (flags => flags.SessionEvents, (flags, on) => flags with { SessionEvents = on }),
        ["realtime_updates"] = (flags => flags.RealtimeUpdates, (flags, on) => flags with { RealtimeUpdates = on }),
        ["host_stats"] = (flags => flags.HostStats, (flags, on) => flags with { HostStats = on }),
        ["alerts"] = (flags => flags.Alerts, (flags, on) => flags with { Alerts = on }),
        ["selective_subscriptions"] = (flags => flags.SelectiveSubscriptions, (flags, on) => flags with { SelectiveSubscriptions = on }),
    };

    /// <summary>Every flag's name on the wire.</summary>
    public static IReadOnlyCollection<string> Names => Table.Keys;

    /// <summary>Whether <c>session_event</c> is told.</summary>
    public bool SessionEvents { get; init; } = true;

    /// <summary>Whether <c>realtime_update</c> is told.</summary>
    public bool RealtimeUpdates { get; init; } = true;

    /// <summary>Whether hosts and containers are looked at; off, their parts and their alerts are missing.</summary>
    public bool HostStats { get; init; } = true;

    /// <summary>Whether <c>system_alert</c>, <c>alert_acknowledged</c> and <c>alert_resolved</c> are told.</summary>
    public bool Alerts { get; init; } = true;

    /// <summary>Whether the <c>events</c> filter of a join is honoured; off, a topic tells everything it has.</summary>
    public bool SelectiveSubscriptions { get; init; } = true;

    /// <summary>Each flag by its name on the wire.</summary>
    public IReadOnlyDictionary<string, bool> ByName => Table.ToDictionary(row => row.Key, row => row.Value.Get(this));

    /// <summary>The flags with those of a JSON object in place, or what is wrong with each field.</summary>
    /// <param name="patch">Such as <c>{"alerts": false}</c>; flags that it does not name stay.</param>
    public Checked<Flags> Merge(JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return Checked<Flags>.Wrong("", "must be a JSON object of flags");
        }

        var (merged, problems) = (this, new Dictionary<string, string>());
        foreach (var field in patch.EnumerateObject())
        {
            if (!Table.TryGetValue(field.Name, out var flag))
            {
                problems[field.Name] = $"is not a flag; the flags are {string.Join(", ", Table.Keys)}";
            }
            else if (field.Value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            {
                problems[field.Name] = "must be true or false";
            }
            else
            {
                merged = flag.Set(merged, field.Value.GetBoolean());
            }
        }

        return new Checked<Flags>(merged, problems);
    }

    /// <summary>Their form in the log, which is also the one on the wire.</summary>
    public string ToJson() => JsonSerializer.Serialize(ByName, FleetJson.Default.IReadOnlyDictionaryStringBoolean);
}

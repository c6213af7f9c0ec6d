using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Protocol;

namespace Rollcall.Core.Fleet;

/// <summary>What a machine says of itself; what it does not know is null.</summary>
public sealed record HostFigures
{
    /// <summary>Of all processors together, 0–100.</summary>
    public double? CpuPercent { get; init; }

    /// <summary>Memory that is not available, 0–100.</summary>
    public double? MemoryPercent { get; init; }

    /// <summary>Used space of the disk that holds the data, 0–100.</summary>
    public double? DiskPercent { get; init; }

    /// <summary>The load average of one minute.</summary>
    [JsonPropertyName("load_1m")]
    public double? Load1m { get; init; }

    /// <summary>Its containers; absent when it has none to tell of.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ContainerFigures>? Containers { get; init; }
}

/// <summary>One container at a glance.</summary>
public sealed record ContainerFigures
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>As the engine says: <c>running</c>, <c>exited</c>, <c>dead</c>, <c>restarting</c>, <c>paused</c>, <c>created</c>.</summary>
    public required string State { get; init; }

    /// <summary>The engine's own words, such as <c>Exited (137) 2 minutes ago</c>.</summary>
    public string? Status { get; init; }

    /// <summary>What it was made from.</summary>
    public string? Image { get; init; }

    /// <summary>Of all processors together, 0–100; null when it does not run, and the first time it is seen.</summary>
    public double? CpuPercent { get; init; }

    /// <summary>Memory in use, caches not counted.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The memory it may use.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>The one as a part of the other, 0–100.</summary>
    public double? MemoryPercent { get; init; }

    /// <summary>Whether it ended badly or keeps falling over; one that ended with code 0 has done its work.</summary>
    [JsonIgnore]
    public bool IsDown => State is "dead" or "restarting"
        || (State == "exited" && Status?.StartsWith("Exited (0)", StringComparison.Ordinal) != true);
}

/// <summary>Whether a machine is heard.</summary>
[JsonConverter(typeof(SnakeCaseEnum<HostStatus>))]
public enum HostStatus
{
    /// <summary>Heard in time.</summary>
    Up,

    /// <summary>Not heard for <see cref="FleetOptions.HostStaleAfter"/>: its figures are old.</summary>
    Stale,

    /// <summary>Not heard for <see cref="FleetOptions.HostDownAfter"/>.</summary>
    Down,
}

/// <summary>A machine as watchers see it.</summary>
/// <param name="Status">Whether it is heard.</param>
/// <param name="Own">Whether it is the hub's own.</param>
/// <param name="LastSeenAt">When it was last heard, UTC.</param>
/// <param name="Figures">What it said then.</param>
public sealed record Host(HostStatus Status, bool Own, DateTimeOffset LastSeenAt, HostFigures Figures);

/// <summary>The JSON of what is measured.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(UtcTime)])]
[JsonSerializable(typeof(Host))]
[JsonSerializable(typeof(IReadOnlyList<ContainerFigures>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, JsonElement>))]
[JsonSerializable(typeof(PartError))]
[JsonSerializable(typeof(HubFigures))]
[JsonSerializable(typeof(SessionCounts))]
[JsonSerializable(typeof(long))]
public sealed partial class FigureJson : JsonSerializerContext;

/// <summary>Says that a part could not be had.</summary>
/// <param name="Error">Why.</param>
public sealed record PartError(string Error);

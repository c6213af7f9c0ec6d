using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;

namespace Rollcall.Server.Clients.Kato;

/// <summary>KATO's <c>metrics</c>. What the hub does not know is null, and so is what could not be had.</summary>
/// <param name="Sessions">The sessions that the hub keeps.</param>
/// <param name="Performance">The commands to the hub.</param>
/// <param name="Resources">The hub's own machine.</param>
/// <param name="Databases">None.</param>
/// <param name="Rates">None.</param>
/// <param name="ProcessorManager">The hub has no processors.</param>
/// <param name="UptimeSeconds">Since the hub started.</param>
/// <param name="Timestamp">When it was asked.</param>
public sealed record KatoMetrics(
    KatoSessionFigures Sessions, KatoPerformance Performance, KatoResources Resources, KatoNothing Databases, KatoNothing Rates,
    KatoProcessorManager ProcessorManager, long? UptimeSeconds, DateTimeOffset Timestamp)
{
    /// <summary>What is known of the hub.</summary>
    public static KatoMetrics Of(RealtimeUpdate update)
    {
        var hub = Read(update.Metrics, FigureJson.Default.HubFigures);
        var counts = Counts(update);
        var machine = Machine(update.Hosts);
        return new KatoMetrics(
            new(counts?.ActiveCount, counts?.TotalCount, counts?.TotalCount - counts?.ActiveCount, hub?.CommandsTotal),
            new(hub?.CommandsTotal, hub?.CommandsRefused, hub?.ErrorRate, null),
            new(machine?.CpuPercent, machine?.MemoryPercent, machine?.DiskPercent),
            new KatoNothing(),
            new KatoNothing(),
            new KatoProcessorManager(null, null, null),
            hub?.UptimeSeconds,
            update.Time);
    }

    /// <summary>How many sessions there are; null when they could not be counted, which is never 0.</summary>
    internal static SessionCounts? Counts(RealtimeUpdate update) => Read(update.Sessions, FigureJson.Default.SessionCounts);

    /// <summary>The hub's own among the machines.</summary>
    private static HostFigures? Machine(JsonElement? hosts) => hosts is not { ValueKind: JsonValueKind.Object } all ? null
        : all.EnumerateObject().Select(host => host.Value)
            .Where(host => host.ValueKind == JsonValueKind.Object && host.TryGetProperty("own", out var own) && own.ValueKind == JsonValueKind.True)
            .Select(host => host.Deserialize(FigureJson.Default.Host)!.Figures).FirstOrDefault();

    private static T? Read<T>(JsonElement part, JsonTypeInfo<T> type)
        where T : class => KatoContainers.Error(part) is null ? part.Deserialize(type) : null;
}

/// <summary>The sessions that the hub keeps: how many live, how many there are, how many have ended; and the commands about them.</summary>
public sealed record KatoSessionFigures(long? Active, long? TotalCreated, long? TotalDeleted, long? OperationsTotal);

/// <summary>Commands answered and refused since the hub started, and the part of the last minute's that was refused, 0–1. How long they took it does not know.</summary>
public sealed record KatoPerformance(long? TotalRequests, long? TotalErrors, double? ErrorRate, double? AverageResponseTime);

/// <summary>The hub's own machine, 0–100.</summary>
public sealed record KatoResources(double? CpuPercent, double? MemoryPercent, double? DiskPercent);

/// <summary>What only KATO has.</summary>
public sealed record KatoProcessorManager(long? TotalProcessors, long? MaxProcessors, long? EvictionTtlSeconds);

/// <summary>An object without anything in it.</summary>
public sealed record KatoNothing;

/// <summary>The JSON of KATO's figures.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(UtcTime)])]
[JsonSerializable(typeof(KatoMetrics))]
[JsonSerializable(typeof(KatoContainers))]
internal sealed partial class KatoJson : JsonSerializerContext;

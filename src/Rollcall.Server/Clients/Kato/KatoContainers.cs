using System.Text.Json;
using Rollcall.Core.Fleet;

namespace Rollcall.Server.Clients.Kato;

/// <summary>KATO's <c>containers</c>: those of the hub's own machine.</summary>
/// <param name="Containers">Each; stopped ones have no figures.</param>
/// <param name="Aggregated">All together.</param>
public sealed record KatoContainers(IReadOnlyList<KatoContainer> Containers, KatoAggregate Aggregated)
{
    /// <summary>What the engine told of its containers.</summary>
    internal static KatoContainers Of(JsonElement? told, DateTimeOffset now)
    {
        var all = told?.Deserialize(FigureJson.Default.IReadOnlyListContainerFigures) ?? [];
        var (used, limit) = (Megabytes(all.Sum(container => container.MemoryBytes ?? 0)), Megabytes(all.Sum(container => container.MemoryLimitBytes ?? 0)));
        return new KatoContainers(
            [.. all.Select(container => KatoContainer.Of(container, now))],
            new KatoAggregate(
                Math.Round(all.Sum(container => container.CpuPercent ?? 0), 2), used, limit, limit > 0 ? Math.Round(100 * used / limit, 2) : 0, all.Count, now));
    }

    /// <summary>Why a part of the figures could not be had; null when it could.</summary>
    internal static string? Error(JsonElement? part) =>
        part is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.String ? error.GetString() : null;

    internal static double Megabytes(long bytes) => Math.Round(bytes / 1024.0 / 1024.0, 2);
}

/// <summary>One container.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">As the engine says: <c>running</c>, <c>exited</c>.</param>
/// <param name="Cpu">Of all processors together, 0–100.</param>
/// <param name="Memory">Its memory.</param>
/// <param name="Network">The hub does not ask for it.</param>
/// <param name="BlockIo">The hub does not ask for it.</param>
/// <param name="Timestamp">When it was asked.</param>
public sealed record KatoContainer(
    string Name, string Status, double? Cpu, KatoMemory Memory, KatoNothing? Network, KatoNothing? BlockIo, DateTimeOffset Timestamp)
{
    internal static KatoContainer Of(ContainerFigures container, DateTimeOffset now) => new(
        container.Name, container.State, container.CpuPercent, KatoMemory.Of(container), null, null, now);
}

/// <summary>A container's memory, caches not counted.</summary>
public sealed record KatoMemory(long? UsageBytes, long? LimitBytes, double? UsageMb, double? LimitMb, double? UsagePercent)
{
    internal static KatoMemory Of(ContainerFigures container) => new(
        container.MemoryBytes,
        container.MemoryLimitBytes,
        container.MemoryBytes is { } used ? KatoContainers.Megabytes(used) : null,
        container.MemoryLimitBytes is { } limit ? KatoContainers.Megabytes(limit) : null,
        container.MemoryPercent);
}

/// <summary>The containers together: sums of what is known of each.</summary>
public sealed record KatoAggregate(
    double TotalCpuPercent, double TotalMemoryMb, double TotalMemoryLimitMb, double TotalMemoryPercent, int ContainerCount, DateTimeOffset Timestamp);

using System.Text.Json;
using Rollcall.Core.Fleet;

namespace Rollcall.Server.Operations;

/// <summary>A container as the engine lists it.</summary>
/// <example><c>{"Id":"8dfafdbc3a40","Names":["/web"],"Image":"nginx:1","State":"running","Status":"Up 4 days"}</c>.</example>
internal sealed record DockerContainer(string EngineId, ContainerFigures Figures)
{
    public static DockerContainer Read(JsonElement listed)
    {
        var id = listed.GetProperty("Id").GetString()!;
        var name = listed.TryGetProperty("Names", out var names) && names.ValueKind == JsonValueKind.Array && names.GetArrayLength() > 0
            ? names[0].GetString()!.TrimStart('/')
            : id;
        return new DockerContainer(id, new ContainerFigures
        {
            Name = name,
            State = listed.GetProperty("State").GetString()!,
            Status = Text(listed, "Status"),
            Image = Text(listed, "Image"),
        });
    }

    /// <summary>Memory in use without the cache of files, which the kernel gives back at need.</summary>
    /// <example><c>{"memory_stats":{"usage":6537216,"stats":{"inactive_file":1048576},"limit":67108864}}</c> (cgroup v1: <c>total_inactive_file</c>).</example>
    public static ContainerFigures WithMemory(ContainerFigures figures, JsonElement stats)
    {
        if (!stats.TryGetProperty("memory_stats", out var memory) || Number(memory, "usage") is not { } usage)
        {
            return figures;
        }

        var cache = memory.TryGetProperty("stats", out var details)
            ? Number(details, "inactive_file") ?? Number(details, "total_inactive_file") ?? 0
            : 0;
        var used = Math.Max(0, usage - cache);
        var limit = Number(memory, "limit");
        return figures with
        {
            MemoryBytes = used,
            MemoryLimitBytes = limit,
            MemoryPercent = limit > 0 ? Math.Round(100.0 * used / limit.Value, 1) : null,
        };
    }

    internal static long? Number(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>How long a container and the whole machine have computed, in nanoseconds.</summary>
/// <example><c>{"cpu_stats":{"cpu_usage":{"total_usage":100215355},"system_cpu_usage":739306590000000}}</c>.</example>
internal sealed record DockerCpu(long Container, long Machine)
{
    public static DockerCpu Read(JsonElement stats)
    {
        var cpu = stats.GetProperty("cpu_stats");
        return new DockerCpu(
            cpu.TryGetProperty("cpu_usage", out var usage) ? DockerContainer.Number(usage, "total_usage") ?? 0 : 0,
            DockerContainer.Number(cpu, "system_cpu_usage") ?? 0);
    }

    /// <summary>The part of the whole machine since the time before, in percent; null the first time.</summary>
    public double? Since(DockerCpu? before) => before is not null && Machine > before.Machine
        ? Math.Round(Math.Clamp(100.0 * (Container - before.Container) / (Machine - before.Machine), 0, 100), 1)
        : null;
}

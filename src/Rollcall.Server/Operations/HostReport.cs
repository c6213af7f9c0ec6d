using System.Text.Json;
using Rollcall.Core.Fleet;

namespace Rollcall.Server.Operations;

/// <summary>Reads the figures that a reporter gives of its own machine; unknown fields are ignored.</summary>
internal static class HostReport
{
    /// <summary>More containers than a machine runs.</summary>
    private const int MostContainers = 500;

    /// <summary>A container's name, state, status or image is not longer.</summary>
    private const int MostCharacters = 256;

    public static Checked<HostFigures> Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return Checked<HostFigures>.Wrong("", "must be a JSON object");
        }

        var problems = new Dictionary<string, string>();
        var figures = new HostFigures
        {
            CpuPercent = Number(body, "cpu_percent", 100, problems),
            MemoryPercent = Number(body, "memory_percent", 100, problems),
            DiskPercent = Number(body, "disk_percent", 100, problems),
            Load1m = Number(body, "load_1m", 1e6, problems),
            Containers = Containers(body, problems),
        };
        return new Checked<HostFigures>(figures, problems);
    }

    private static List<ContainerFigures>? Containers(JsonElement body, Dictionary<string, string> problems)
    {
        if (!body.TryGetProperty("containers", out var given) || given.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (given.ValueKind != JsonValueKind.Array || given.GetArrayLength() > MostContainers)
        {
            problems["containers"] = $"must be an array of at most {MostContainers} containers";
            return null;
        }

        var containers = new List<ContainerFigures>();
        foreach (var (index, container) in given.EnumerateArray().Index())
        {
            var at = $"containers[{index}]";
            if (container.ValueKind != JsonValueKind.Object)
            {
                problems[at] = "must be an object";
                continue;
            }

            containers.Add(new ContainerFigures
            {
                Name = Text(container, at, "name", true, problems) ?? "",
                State = Text(container, at, "state", true, problems) ?? "",
                Status = Text(container, at, "status", false, problems),
                Image = Text(container, at, "image", false, problems),
                CpuPercent = Number(container, "cpu_percent", 100, problems, at + "."),
                MemoryPercent = Number(container, "memory_percent", 100, problems, at + "."),
                MemoryBytes = (long?)Number(container, "memory_bytes", 1e18, problems, at + "."),
                MemoryLimitBytes = (long?)Number(container, "memory_limit_bytes", 1e18, problems, at + "."),
            });
        }

        return containers;
    }

    private static double? Number(JsonElement parent, string name, double most, Dictionary<string, string> problems, string at = "")
    {
        if (!parent.TryGetProperty(name, out var given) || given.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (given.ValueKind == JsonValueKind.Number && given.TryGetDouble(out var number) && number >= 0 && number <= most)
        {
            return number;
        }

        problems[at + name] = FormattableString.Invariant($"must be a number from 0 to {most:R}");
        return null;
    }

    private static string? Text(JsonElement parent, string at, string name, bool required, Dictionary<string, string> problems)
    {
        if (!parent.TryGetProperty(name, out var given) || given.ValueKind == JsonValueKind.Null)
        {
            if (required)
            {
                problems[$"{at}.{name}"] = "is missing";
            }

            return null;
        }

        if (given.ValueKind == JsonValueKind.String && given.GetString() is { Length: > 0 and <= MostCharacters } text)
        {
            return text;
        }

        problems[$"{at}.{name}"] = $"must be a text of 1 to {MostCharacters} characters";
        return null;
    }
}

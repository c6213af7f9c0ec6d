using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rollcall.Bench.Results;

/// <summary>Where the figures are from, as far as it explains them.</summary>
internal sealed record Machine(int Cores, string Cpu, string Kernel, string Runtime, string Commit, string DiskFileSystem, double LoadBefore, DateOnly Date)
{
    public static Machine Here(string repository, string disk, TimeProvider time) => new(
        Environment.ProcessorCount,
        Cpuinfo() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.OSVersion.Version.ToString(3),
        RuntimeInformation.FrameworkDescription,
        Git(repository, "rev-parse --short=10 HEAD") + (Git(repository, "status --porcelain --untracked-files=no") == "" ? "" : " with changes"),
        new DriveInfo(disk).DriveFormat,
        LoadAverage(),
        DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));

    /// <summary>Sample: <c>model name	: AMD EPYC</c>.</summary>
    private static string? Cpuinfo() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
        : null;

    /// <summary>How many wanted a core in the last minute. Sample: <c>0.20 0.18 0.12 1/80 11206</c>.</summary>
    private static double LoadAverage() => double.Parse(
        File.ReadAllText("/proc/loadavg").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static string Git(string repository, string arguments)
    {
        try
        {
            var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = repository, RedirectStandardOutput = true };
            using var git = Process.Start(start)!;
            return git.StandardOutput.ReadToEnd().Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}

using System.Diagnostics;

namespace Rollcall.Bench.Contenders;

/// <summary>Keeps servers and the load client on cores of their own, so that one does not slow down the other. Needs util-linux.</summary>
internal static class Pinning
{
    private const string Taskset = "/usr/bin/taskset";

    /// <summary>Whether there are cores to tell apart, and the tool to do so.</summary>
    public static bool IsPossible { get; } = Environment.ProcessorCount > 1 && File.Exists(Taskset);

    /// <summary>The core of a server under test; null when there is none to spare.</summary>
    public static int? Server => IsPossible ? 0 : null;

    /// <summary>What to put before a command, so that it uses one core only.</summary>
    public static string[] Prefix(int? core) => core is { } only ? [Taskset, "-c", $"{only}"] : [];

    /// <summary>Keeps every thread of this process off the server's core.</summary>
    public static Task KeepClientAway() => Move($"1-{Environment.ProcessorCount - 1}");

    /// <summary>Lets this process use every core again.</summary>
    public static Task LetClientRoam() => Move($"0-{Environment.ProcessorCount - 1}");

    private static async Task Move(string cores)
    {
        if (IsPossible)
        {
            var start = new ProcessStartInfo(Taskset, ["-a", "-c", "-p", cores, $"{Environment.ProcessId}"]) { RedirectStandardOutput = true };
            using var taskset = Process.Start(start)!;
            await taskset.StandardOutput.ReadToEndAsync();
            await taskset.WaitForExitAsync();
        }
    }
}

using System.Diagnostics;

namespace Rollcall.Bench.Contenders;

/// <summary>Keeps servers and the load client on cores of their own, so that one does not slow down the other. Needs util-linux.</summary>
internal static class Pinning
{
    private const string Taskset = "/usr/bin/taskset";

    /// <summary>Whether there are cores to tell apart, and the tool to do so.</summary>
    public static bool IsPossible { get; } = Environment.ProcessorCount > 1 && File.Exists(Taskset);

    /// <summary>
    /// Makes a server believe that there is one core, as one does that has only one. With one core .NET waits ten times as
    /// long, and for a quiet second, before it optimises what is called often: minutes under load. Here nobody waits for
    /// that, so that every server's optimised code is what is measured.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> OneCore { get; } = new Dictionary<string, string>
    {
        ["DOTNET_PROCESSOR_COUNT"] = "1",
        ["DOTNET_TC_CallCountingDelayMs"] = "0",
        ["GOMAXPROCS"] = "1",
    };

    /// <summary>Keeps every thread of a server on the first core. Only once it is warm: compiling goes on beside it before.</summary>
    public static Task Pin(ServerProcess server) => Move(server.Id, "0");

    /// <summary>Keeps every thread of this process off the servers' core.</summary>
    public static Task KeepClientAway() => Move(Environment.ProcessId, $"1-{Environment.ProcessorCount - 1}");

    /// <summary>Lets this process use every core again.</summary>
    public static Task LetClientRoam() => Move(Environment.ProcessId, $"0-{Environment.ProcessorCount - 1}");

    private static async Task Move(int process, string cores)
    {
        if (IsPossible)
        {
            var start = new ProcessStartInfo(Taskset, ["-a", "-c", "-p", cores, $"{process}"]) { RedirectStandardOutput = true };
            using var taskset = Process.Start(start)!;
            await taskset.StandardOutput.ReadToEndAsync();
            await taskset.WaitForExitAsync();
        }
    }
}

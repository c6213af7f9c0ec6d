using System.CommandLine;
using Rollcall.Core.Log;
using Rollcall.Server;
using Rollcall.Server.Configuration;

namespace Rollcall.Cli;

/// <summary>What the commands that work on a data directory share.</summary>
internal static class Parts
{
    public static Option<string> Data() => new("--data")
    {
        Description = "The data directory (ROLLCALL_DATA).",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ROLLCALL_DATA") is { Length: > 0 } set ? set : new RollcallOptions().Data,
    };

    /// <summary>The exit code; what is refused is said in a sentence.</summary>
    public static int Guard(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (Exception refused) when (refused is RefusedToStartException or LogUnusableException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(refused.Message);
            return 1;
        }
    }
}

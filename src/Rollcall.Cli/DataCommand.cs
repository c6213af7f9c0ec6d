using System.CommandLine;
using Rollcall.Core.Log;
using Rollcall.Server;
using Rollcall.Server.Configuration;

namespace Rollcall.Cli;

/// <summary>A command that works on a data directory: its option, and how it is run.</summary>
internal static class DataCommand
{
    public static Option<string> Option() => new("--data")
    {
        Description = "The data directory (ROLLCALL_DATA).",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ROLLCALL_DATA") is { Length: > 0 } set ? set : new RollcallOptions().Data,
    };

    /// <summary>The exit code; what is refused is said in a sentence.</summary>
    public static int Run(Action action)
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

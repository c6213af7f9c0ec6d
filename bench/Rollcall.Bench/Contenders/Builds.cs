namespace Rollcall.Bench.Contenders;

/// <summary>Where the programs under test were built, with the same configuration as this one.</summary>
internal static class Builds
{
    /// <summary>Makes an update event about 300 bytes long.</summary>
    public static readonly string Pad = new('x', 110);

    /// <summary>This repository: the folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The hub as it is meant to be run: published.</summary>
    public static string Hub { get; } = Of("src/Rollcall.Cli", "publish/rollcall.dll");

    public static string SignalR { get; } = Of("bench/Rollcall.Bench.SignalR", "Rollcall.Bench.SignalR.dll");

    public static string Echo { get; } = Of("bench/Rollcall.Bench.Echo", "Rollcall.Bench.Echo.dll");

    private static string Of(string project, string assembly)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Root, project, "bin", framework.Parent!.Name, framework.Name, assembly);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Rollcall.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the bench runs inside its repository");
        }

        return folder.FullName;
    }
}

namespace Rollcall.Server.Tests;

/// <summary>Reads the documentation, so that its tables can be held against the code.</summary>
public static class Docs
{
    /// <summary>The rows of the first table of a document whose header begins so.</summary>
    public static IReadOnlyList<string> Table(string document, string header) =>
        [.. File.ReadLines(Path.Combine(Root(), "docs", document))
            .SkipWhile(line => !line.StartsWith(header, StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|'))];

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Rollcall.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}

namespace Rollcall.Core.Tests;

/// <summary>The files of the repository that tests check the code against.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The cells of the table whose header's first cell is the given one, header included.</summary>
    public static IReadOnlyList<string[]> Table(string path, string firstCell) =>
        [.. Read(path).Split('\n').SkipWhile(line => !line.StartsWith($"| {firstCell} |", StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith('|'))
            .Where(line => !line.StartsWith("|---", StringComparison.Ordinal))
            .Select(line => line.Trim().Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "Rollcall.slnx"))
        ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests run outside the repository"));
}

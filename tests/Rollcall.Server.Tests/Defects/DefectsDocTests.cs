using System.Reflection;
using System.Text.RegularExpressions;
using Rollcall.Core.Tests;

namespace Rollcall.Server.Tests.Defects;

/// <summary>docs/defects.md names tests that exist, and every test that is named after one of the four.</summary>
public sealed partial class DefectsDocTests
{
    private static readonly string[] Systems = ["orc", "jido", "agentcmd", "kato"];

    private static readonly HashSet<string> Tests =
    [
        .. typeof(DefectsDocTests).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null).Select(method => method.Name),
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Rollcall.Core.Tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Declared().Matches(File.ReadAllText(file))).Select(test => test.Groups[1].Value),
    ];

    private static readonly IReadOnlyList<string[]> Rows = [.. Repository.Table("docs/defects.md", "system").Skip(1)];

    [Fact]
    public void Every_row_names_a_system_and_a_test_that_exists_or_says_why_it_needs_none() => Assert.All(Rows, row =>
    {
        Assert.Equal(4, row.Length);
        Assert.Contains(row[0], Systems);
        if (row[3].StartsWith("cannot come back because ", StringComparison.Ordinal))
        {
            return;
        }

        var (named, pages) = (Named().Matches(row[3]), Titled().Matches(row[3]));
        Assert.True(named.Count + pages.Count > 0, $"no test is named: {row[1]}");
        Assert.All(named, name => Assert.Contains(name.Groups[1].Value, Tests));
        Assert.All(pages, page => Assert.Contains($"it('{page.Groups[2].Value}'", Repository.Read(page.Groups[1].Value), StringComparison.Ordinal));
    });

    [Fact]
    public void Every_test_that_is_named_after_a_system_stands_in_the_table()
    {
        var listed = Rows.SelectMany(row => Named().Matches(row[3])).Select(name => name.Groups[1].Value).ToHashSet();
        Assert.Subset(listed, Tests.Where(test => Systems.Any(system => test.StartsWith(system + "_", StringComparison.OrdinalIgnoreCase))).ToHashSet());
    }

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex("`([^`]+\\.(?:tsx?|mjs))`: “([^”]+)”")]
    private static partial Regex Titled();

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex Declared();
}

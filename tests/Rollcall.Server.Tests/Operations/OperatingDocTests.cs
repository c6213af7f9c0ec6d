using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Rollcall.Core.Alerts;
using Rollcall.Core.Fleet;
using Rollcall.Protocol;
using Xunit;

namespace Rollcall.Server.Tests.Operations;

/// <summary>What docs/operating.md says is what the code does.</summary>
public sealed partial class OperatingDocTests
{
    [Fact]
    public void Kato_flags_were_declared_and_never_read_the_table_of_flags_has_every_flag() => Assert.Equal(Flags.Names.Order(), Rows("| flag |").Select(row => Name(row[0])).Order());

    [Fact]
    public void The_table_of_rules_has_every_rule_with_its_defaults()
    {
        static string Text(double? threshold) => threshold?.ToString(CultureInfo.InvariantCulture) ?? "–";
        Assert.Equal(
            Enum.GetValues<AlertKind>().Select(kind => string.Join(
                ' ', WireName<AlertKind>.Of(kind), AlertKinds.Unit(kind), Text(AlertRules.Default[kind].Warning), Text(AlertRules.Default[kind].Error))),
            Rows("| rule |").Select(row => string.Join(' ', Name(row[0]), row[1], row[2], row[3])));
    }

    [Fact]
    public void The_table_of_times_has_the_defaults_in_order()
    {
        var options = new FleetOptions();
        TimeSpan[] times =
        [
            options.Heartbeat, options.Coalesce, options.CountWindow, options.Realtime, options.RealtimeAfterFailure, options.Evaluate,
            options.CoolDown, options.HostStaleAfter, options.HostDownAfter, options.ForgetAfter,
        ];
        Assert.Equal(times, Rows("| what |").Select(row => Time(row[1])));
    }

    private static TimeSpan Time(string text)
    {
        var parts = text.Split(' ');
        var number = double.Parse(parts[0], CultureInfo.InvariantCulture);
        return parts[1] switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            _ => TimeSpan.FromHours(number),
        };
    }

    private static string Name(string cell) => Code().Match(cell).Groups[1].Value;

    private static IEnumerable<string[]> Rows(string heading) => File.ReadLines(Path.Combine(Root(), "docs", "operating.md"))
        .SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal))
        .Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}

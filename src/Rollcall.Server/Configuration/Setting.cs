using System.Globalization;

namespace Rollcall.Server.Configuration;

/// <summary>One thing that a variable of the environment sets.</summary>
/// <param name="Key">The variable.</param>
/// <param name="Property">What it sets in <see cref="RollcallOptions"/>.</param>
/// <param name="Default">What holds without it.</param>
/// <param name="Rule">What a value must be; said to whoever gives another.</param>
/// <param name="Says">What it is for.</param>
/// <param name="Set">The options with a value; null when it breaks the rule.</param>
public sealed record Setting(
    string Key, string Property, string Default, string Rule, string Says, Func<RollcallOptions, string, RollcallOptions?> Set)
{
    /// <summary>Whether an empty value is one, and not the absence of one.</summary>
    public bool TakesEmpty { get; init; }

    /// <summary>A duration within bounds.</summary>
    public static Setting Duration(
        string key, string property, TimeSpan otherwise, (string Least, string Most) bounds, string says, Func<RollcallOptions, TimeSpan, RollcallOptions> set)
    {
        var (least, most) = (SettingText.Duration(bounds.Least), SettingText.Duration(bounds.Most));
        return new(key, property, SettingText.Of(otherwise), $"must be a duration from {bounds.Least} to {bounds.Most}", says,
            (options, text) => SettingText.Duration(text) is { } value && value >= least && value <= most ? set(options, value) : null);
    }

    /// <summary>A size within bounds.</summary>
    public static Setting Size(
        string key, string property, long otherwise, (string Least, string Most) bounds, string says, Func<RollcallOptions, long, RollcallOptions> set)
    {
        var (least, most) = (SettingText.Size(bounds.Least), SettingText.Size(bounds.Most));
        return new(key, property, SettingText.Of(otherwise), $"must be a size from {bounds.Least} to {bounds.Most}", says,
            (options, text) => SettingText.Size(text) is { } value && value >= least && value <= most ? set(options, value) : null);
    }

    /// <summary>A whole number within bounds.</summary>
    public static Setting Number(
        string key, string property, string otherwise, (int Least, int Most) bounds, string says, Func<RollcallOptions, int, RollcallOptions> set) =>
        new(key, property, otherwise, $"must be a whole number from {bounds.Least} to {bounds.Most}", says,
            (options, text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= bounds.Least && value <= bounds.Most
                ? set(options, value) : null);

    /// <summary>Yes or no.</summary>
    public static Setting Switch(string key, string property, bool otherwise, string says, Func<RollcallOptions, bool, RollcallOptions> set) =>
        new(key, property, otherwise ? "true" : "false", "must be true or false", says,
            (options, text) => text switch { "true" => set(options, true), "false" => set(options, false), _ => null });

    /// <summary>Yes or no; without a value, yes on a hub that only its own machine reaches, and no elsewhere.</summary>
    public static Setting OnLoopback(string key, string property, string says, Func<RollcallOptions, bool, RollcallOptions> set) =>
        Switch(key, property, false, says, set) with { Default = "true on loopback" };

    /// <summary>Some values, separated by commas or semicolons.</summary>
    public static Setting List(
        string key, string property, string otherwise, string rule, Func<string, bool> keeps, string says, Func<RollcallOptions, string[], RollcallOptions> set) =>
        new(key, property, otherwise, rule, says, (options, text) =>
        {
            var values = text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return values.Length > 0 && values.All(keeps) ? set(options, values) : null;
        });

    /// <summary>Any text.</summary>
    public static Setting Text(string key, string property, string otherwise, string rule, string says, Func<RollcallOptions, string, RollcallOptions> set) =>
        new(key, property, otherwise, rule, says, (options, text) => set(options, text));

    /// <summary>A folder.</summary>
    public static Setting Folder(
        string key, string property, string otherwise, Func<string, bool> keeps, string says, Func<RollcallOptions, string, RollcallOptions> set) =>
        new(key, property, otherwise, "must be a folder", says, (options, text) => keeps(text) ? set(options, text) : null);
}

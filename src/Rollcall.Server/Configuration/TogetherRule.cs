namespace Rollcall.Server.Configuration;

/// <summary>What durations must be to another one, each of which may be right by itself.</summary>
/// <param name="Keys">Their variables.</param>
/// <param name="Rule">What they must be to the other.</param>
/// <param name="Other">The other's variable.</param>
/// <param name="Else">What would be if they were not.</param>
/// <param name="Values">Theirs and, last, the other's.</param>
/// <param name="Compare">Whether the values keep the rule.</param>
public sealed record TogetherRule(
    IReadOnlyList<string> Keys, string Rule, string Other, string Else, Func<RollcallOptions, TimeSpan[]> Values, Func<TimeSpan[], bool> Compare)
{
    /// <summary>Whether options keep it.</summary>
    public bool Holds(RollcallOptions options) => Compare(Values(options));

    /// <summary>The rule, with the values that break it.</summary>
    public string Text(RollcallOptions options)
    {
        var texts = Values(options).Select(SettingText.Of).ToList();
        return $"{string.Join(" and ", Keys.Zip(texts, (key, text) => $"{key} ({text})"))} {Rule} {Other} ({texts[^1]}): else {Else}";
    }
}

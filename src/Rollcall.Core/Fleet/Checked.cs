namespace Rollcall.Core.Fleet;

/// <summary>Something that was read from outside, and what is wrong with it, by field; only when nothing is, the value counts.</summary>
/// <typeparam name="T">What was read.</typeparam>
/// <param name="Value">The value; meaningless when there are problems.</param>
/// <param name="Problems">What is wrong, by field; the empty field is the whole.</param>
public sealed record Checked<T>(T Value, IReadOnlyDictionary<string, string> Problems)
    where T : class
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool IsValid => Problems.Count == 0;

    /// <summary>One thing is wrong.</summary>
    public static Checked<T> Wrong(string field, string problem) => new(null!, new Dictionary<string, string> { [field] = problem });
}

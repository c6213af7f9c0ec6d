using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rollcall.Server.Operations;

/// <summary>Where in a JSON answer a count stands: names with dots between, and <c>[n]</c> for the place in an array.</summary>
/// <example><c>active_session_count</c>, <c>data.sessions[0].live</c>; the empty path is the whole answer.</example>
public sealed partial record CountPath
{
    private readonly IReadOnlyList<string> _steps;

    private CountPath(string text, IReadOnlyList<string> steps) => (Text, _steps) = (text, steps);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a path; null when it is not one.</summary>
    public static CountPath? Parse(string text) =>
        text.Length == 0 ? new CountPath(text, [])
        : Whole().IsMatch(text) ? new CountPath(text, [.. Step().Matches(text).Select(match => match.Value)])
        : null;

    /// <summary>The count in an answer. Whatever is not a whole number from 0 on is a failure, never a 0.</summary>
    /// <exception cref="FormatException">There is no count at this place; the message says what is there.</exception>
    public long Find(JsonElement answer)
    {
        var here = answer;
        foreach (var step in _steps)
        {
            if (step[0] == '[')
            {
                var index = int.Parse(step[1..^1], CultureInfo.InvariantCulture);
                here = here.ValueKind == JsonValueKind.Array && index < here.GetArrayLength() ? here[index] : throw Missing(step);
            }
            else
            {
                here = here.ValueKind == JsonValueKind.Object && here.TryGetProperty(step, out var inner) ? inner : throw Missing(step);
            }
        }

        return here.ValueKind == JsonValueKind.Number && here.TryGetInt64(out var count) && count >= 0
            ? count
            : throw new FormatException($"{Place} is not a whole number from 0 on, but {here.ValueKind}");
    }

    private string Place => Text.Length == 0 ? "the answer" : Text;

    private FormatException Missing(string step) => new($"the answer has no {Text} ({step} is missing)");

    [GeneratedRegex(@"^(?:[^.\[\]]+|\[\d{1,6}\])(?:\.[^.\[\]]+|\[\d{1,6}\])*$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"\[\d{1,6}\]|[^.\[\]]+")]
    private static partial Regex Step();
}

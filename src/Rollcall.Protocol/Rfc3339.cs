using System.Globalization;
using System.Text.RegularExpressions;

namespace Rollcall.Protocol;

/// <summary>Times as they stand in a query or are typed: RFC 3339 and nothing else.</summary>
public static partial class Rfc3339
{
    /// <summary>Reads a time; null when it is none.</summary>
    public static DateTimeOffset? Parse(string text) =>
        Form().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null;

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}

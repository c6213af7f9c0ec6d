using System.Globalization;
using System.Text;

namespace Rollcall.Bench.Results;

/// <summary>
/// Draws, as SVG, how many deliveries a second each server makes beside the limit, one group of bars per load. It is
/// readable on a light and on a dark page.
/// </summary>
internal static class Plot
{
    private const int Width = 760;
    private const int Left = 150;
    private const int Right = 70;
    private const int Bar = 18;
    private const int Gap = 6;
    private const int Head = 34;

    /// <summary>The plot, or null where the run had nothing to draw.</summary>
    /// <param name="groups">The loads, and whose figure is 1 in each.</param>
    /// <param name="figure">Which of their figures.</param>
    /// <param name="ours">How our contenders' names begin.</param>
    public static string? Draw(IEnumerable<(Rounds Load, string Peer)> groups, string figure, string ours)
    {
        var drawn = groups
            .Select(group => (group.Load.Measure, group.Peer, Bars: group.Load.Ratios(figure, group.Peer).OrderByDescending(bar => bar.Ratio.Median).ToList()))
            .Where(group => group.Bars.Count > 0).ToList();
        if (drawn.Count == 0)
        {
            return null;
        }

        var most = drawn.Max(group => group.Bars.Max(bar => bar.Ratio.Max));
        var (body, y) = (new StringBuilder(), 0);
        foreach (var (measure, peer, bars) in drawn)
        {
            y += Head;
            Add(body, $"""<text class="head" x="0" y="{y - 12}">{Text(measure)}: {figure}, ÷ {Text(peer)}</text>""");
            foreach (var (contender, ratio) in bars)
            {
                double At(double value) => Left + (value / most * (Width - Left - Right));
                var middle = y + (Bar / 2);
                Add(body, $"""<text x="{Left - 8}" y="{middle + 4}" text-anchor="end">{Text(contender)}</text>""");
                Add(body, $"""<rect class="{(contender.StartsWith(ours, StringComparison.Ordinal) ? "ours" : "peer")}" x="{Left}" y="{y}" width="{At(ratio.Median) - Left:0.0}" height="{Bar}"/>""");
                Add(body, $"""<line x1="{At(ratio.Min):0.0}" x2="{At(ratio.Max):0.0}" y1="{middle}" y2="{middle}"/>""");
                Add(body, $"""<text x="{At(ratio.Max) + 8:0.0}" y="{middle + 4}">{ratio.Median:0.00}</text>""");
                y += Bar + Gap;
            }
        }

        return $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Width}} {{y}}" width="{{Width}}" height="{{y}}" role="img" aria-label="{{Text(figure)}} of each server divided by those of a C server">
            <style>
            text { font: 13px sans-serif; fill: #1f2328 }
            .head { font-weight: 600 }
            .ours { fill: #1a7f37 }
            .peer { fill: #8c959f }
            line { stroke: #1f2328 }
            @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #3fb950 } .peer { fill: #6e7681 } line { stroke: #e6edf3 } }
            </style>
            {{body}}</svg>

            """;
    }

    private static void Add(StringBuilder body, FormattableString element) =>
        body.AppendLine(element.ToString(CultureInfo.InvariantCulture));

    private static string Text(string plain) => plain.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}

namespace Rollcall.Bench.Results;

/// <summary>What the rounds of one figure gave: the median is the figure, the rest is the noise.</summary>
internal sealed record Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> rounds)
    {
        var sorted = rounds.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }
}

/// <summary>One contender's figure in one measure, and its ratio to the peer's in the same rounds.</summary>
/// <param name="Measure">What was measured, with its load.</param>
/// <param name="Contender">Whose.</param>
/// <param name="Figure">The figure's name.</param>
/// <param name="Unit">The figure's unit.</param>
/// <param name="Rounds">The figure over the rounds.</param>
/// <param name="ToPeer">The median of the rounds' ratios to SignalR; null for SignalR itself.</param>
internal sealed record Row(string Measure, string Contender, string Figure, string Unit, Spread Rounds, double? ToPeer);

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

/// <summary>One contender's figure in one measure.</summary>
/// <param name="Measure">What was measured, with its load.</param>
/// <param name="Contender">Whose.</param>
/// <param name="Figure">The figure's name.</param>
/// <param name="Unit">The figure's unit.</param>
/// <param name="Rounds">The figure over the rounds.</param>
internal sealed record Row(string Measure, string Contender, string Figure, string Unit, Spread Rounds);

/// <summary>A figure of ours, or its ratio to a peer's in the same rounds, beside what it is meant to be.</summary>
/// <param name="Measure">What was measured, with its load.</param>
/// <param name="What">Which figure, and whose it is divided by.</param>
/// <param name="Unit">The figure's unit; × for a ratio.</param>
/// <param name="Rounds">Over the rounds.</param>
/// <param name="Goal">The least or most that it is meant to be.</param>
/// <param name="AtLeast">Whether the goal is the least; else it is the most.</param>
internal sealed record Mark(string Measure, string What, string Unit, Spread Rounds, double Goal, bool AtLeast)
{
    public bool IsReached => AtLeast ? Rounds.Median >= Goal : Rounds.Median <= Goal;
}

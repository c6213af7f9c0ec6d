namespace Rollcall.Bench.Results;

/// <summary>Collects the figures of one measure's interleaved rounds.</summary>
internal sealed class Rounds(string measure)
{
    private readonly List<(string Contender, string Figure, string Unit)> _order = [];
    private readonly Dictionary<(string Contender, string Figure), List<double>> _figures = [];

    /// <summary>Notes one contender's figure of one round.</summary>
    public void Add(string contender, string figure, string unit, double value)
    {
        if (!_figures.TryGetValue((contender, figure), out var rounds))
        {
            _figures[(contender, figure)] = rounds = [];
            _order.Add((contender, figure, unit));
        }

        rounds.Add(value);
    }

    /// <summary>Every figure, with its ratio to the peer's, round by round.</summary>
    public IEnumerable<Row> Rows(string peer)
    {
        foreach (var (contender, figure, unit) in _order)
        {
            var ours = _figures[(contender, figure)];
            var ratio = contender != peer && _figures.TryGetValue((peer, figure), out var theirs) && theirs.TrueForAll(value => value > 0)
                ? Spread.Of(ours.Zip(theirs, (our, their) => our / their)).Median
                : (double?)null;
            yield return new Row(measure, contender, figure, unit, Spread.Of(ours), ratio);
        }
    }
}

namespace Rollcall.Bench.Results;

/// <summary>Collects the figures of one measure's interleaved rounds, and the marks they are held against.</summary>
internal sealed class Rounds(string measure)
{
    private readonly List<(string Contender, string Figure, string Unit)> _order = [];
    private readonly Dictionary<(string Contender, string Figure), List<double>> _figures = [];
    private readonly List<Mark> _marks = [];

    /// <summary>As in the tables.</summary>
    public string Measure => measure;

    public IReadOnlyList<Mark> Marks => _marks;

    public IEnumerable<Row> Rows => _order.Select(row => new Row(
        measure, row.Contender, row.Figure, row.Unit, Spread.Of(_figures[(row.Contender, row.Figure)])));

    /// <summary>Notes one contender's figure of one round; nothing where it has none.</summary>
    public void Add(string contender, string figure, string unit, double? value)
    {
        if (value is not { } known)
        {
            return;
        }

        if (!_figures.TryGetValue((contender, figure), out var rounds))
        {
            _figures[(contender, figure)] = rounds = [];
            _order.Add((contender, figure, unit));
        }

        rounds.Add(known);
    }

    /// <summary>Holds the ratio of one contender's figure to another's against a goal, where both were measured.</summary>
    public void Compare(string contender, string peer, string figure, double goal, bool atLeast = true)
    {
        if (Ratio(contender, peer, figure) is { } ratio)
        {
            _marks.Add(new Mark(measure, $"{figure}, {contender} ÷ {peer}", "×", ratio, goal, atLeast));
        }
    }

    /// <summary>Holds a contender's own figure against a goal, where it was measured.</summary>
    public void Hold(string contender, string figure, double goal, bool atLeast = false)
    {
        if (_figures.TryGetValue((contender, figure), out var rounds))
        {
            var unit = _order.First(row => row.Contender == contender && row.Figure == figure).Unit;
            _marks.Add(new Mark(measure, $"{figure}, {contender}", unit, Spread.Of(rounds), goal, atLeast));
        }
    }

    /// <summary>Each contender's ratio of a figure to one contender's, the latter's own 1 included; empty where it was not measured.</summary>
    public IEnumerable<(string Contender, Spread Ratio)> Ratios(string figure, string peer) => _order
        .Where(row => row.Figure == figure)
        .Select(row => (row.Contender, Ratio: Ratio(row.Contender, peer, figure)))
        .Where(bar => bar.Ratio is not null)
        .Select(bar => (bar.Contender, bar.Ratio!));

    private Spread? Ratio(string contender, string peer, string figure) =>
        _figures.TryGetValue((contender, figure), out var ours)
        && _figures.TryGetValue((peer, figure), out var theirs) && theirs.TrueForAll(value => value > 0)
            ? Spread.Of(ours.Zip(theirs, (our, their) => our / their))
            : null;
}

namespace Rollcall.Bench.Results;

/// <summary>Everything that a run has found.</summary>
internal sealed class Outcome
{
    private readonly List<Rounds> _measures = [];
    private readonly SortedSet<string> _notMeasured = [];

    public IReadOnlyList<Rounds> Measures => _measures;

    public IReadOnlyList<Row> Rows => [.. _measures.SelectMany(rounds => rounds.Rows)];

    public IReadOnlyList<Mark> Marks => [.. _measures.SelectMany(rounds => rounds.Marks)];

    /// <summary>Who or what was not measured, and why.</summary>
    public IReadOnlyCollection<string> NotMeasured => _notMeasured;

    public void Add(Rounds rounds) => _measures.Add(rounds);

    public void Miss(string what, string why) => _notMeasured.Add($"{what} not measured: {why}");
}

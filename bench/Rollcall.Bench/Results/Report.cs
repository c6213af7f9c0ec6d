using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Bench.Results;

/// <summary>Says the figures: as Markdown on the screen and in <c>bench/results/</c>, and as JSON beside it.</summary>
internal sealed class Report(Machine machine, Outcome outcome, BenchOptions options)
{
    public string Markdown => $"""
        # {machine.Date:yyyy-MM-dd}, commit {machine.Commit}

        {machine.Cores} cores, {machine.Cpu}, Linux {machine.Kernel}, {machine.Runtime}; "disk" is {machine.DiskFileSystem}.
        Before the run, {machine.LoadBefore:0.0} programs wanted a core: figures of a busy machine are worse than the servers are.
        Medians over {options.Rounds} interleaved rounds, {options.FanoutRounds} of a fan-out; ratios are those of figures of the same round. The peers store nothing and decide
        nothing: they do less. What each measure is, and what is not claimed: `bench/README.md`.

        ## Marks
        | measure | figure | median | min – max | goal | reached |
        |---|---|---:|---:|---:|---|
        {string.Join('\n', outcome.Marks.Select(Line))}

        ## Figures
        | measure | server | figure | median | min – max |
        |---|---|---|---:|---:|
        {string.Join('\n', outcome.Rows.Select(Line))}
        {string.Concat(outcome.NotMeasured.Select(missing => $"\n{missing}\n"))}
        """;

    /// <summary>Writes the files and gives the name that they share.</summary>
    public async Task<string> Save(string folder, string? plot)
    {
        var name = $"{machine.Date:yyyy-MM-dd}-{machine.Commit.Split(' ')[0]}";
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.md"), Markdown + "\n");
        await File.WriteAllTextAsync(
            Path.Combine(folder, $"{name}.json"),
            JsonSerializer.Serialize(
                new ResultFile(machine, options.Rounds, outcome.Marks, outcome.Rows, outcome.NotMeasured), ResultJson.Default.ResultFile) + "\n");
        if (plot is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.svg"), plot);
        }

        return name;
    }

    private static string Line(Mark mark) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {mark.Measure} | {mark.What} | {Value(mark.Rounds.Median)} {mark.Unit} | {Value(mark.Rounds.Min)} – {Value(mark.Rounds.Max)} | {(mark.AtLeast ? "≥" : "≤")} {Value(mark.Goal)} | {(mark.IsReached ? "yes" : "**no**")} |");

    private static string Line(Row row) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {row.Measure} | {row.Contender} | {row.Figure} | {Value(row.Rounds.Median)} {row.Unit} | {Value(row.Rounds.Min)} – {Value(row.Rounds.Max)} |");

    private static string Value(double value) => value switch
    {
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}

/// <summary>The machine-readable result.</summary>
internal sealed record ResultFile(Machine Machine, int Rounds, IReadOnlyList<Mark> Marks, IReadOnlyList<Row> Rows, IReadOnlyCollection<string> NotMeasured);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ResultFile))]
internal sealed partial class ResultJson : JsonSerializerContext;

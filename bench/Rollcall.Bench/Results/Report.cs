using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Bench.Results;

/// <summary>Says the figures: as Markdown on the screen and in <c>bench/results/</c>, and as JSON beside it.</summary>
internal sealed class Report(Machine machine, IReadOnlyList<Row> rows)
{
    private const string Head = "| measure | server | figure | median | min – max | ÷ SignalR |\n|---|---|---|---:|---:|---:|\n";

    public string Markdown => $"""
        # {machine.Date:yyyy-MM-dd}, commit {machine.Commit}

        {machine.Cores} cores, {machine.Cpu}, Linux {machine.Kernel}, {machine.Runtime}; "disk" is {machine.DiskFileSystem}.
        Medians over interleaved rounds; the last column is the median of the rounds' ratios. SignalR stores nothing and
        decides nothing: it does less. What each measure is, and what is not claimed: `bench/README.md`.

        {Table}
        """;

    private string Table
    {
        get
        {
            var table = new StringBuilder(Head);
            foreach (var row in rows)
            {
                table.Append(CultureInfo.InvariantCulture,
                    $"| {row.Measure} | {row.Contender} | {row.Figure} | {Value(row.Rounds.Median)} {row.Unit} | {Value(row.Rounds.Min)} – {Value(row.Rounds.Max)} | {(row.ToPeer is { } ratio ? Value(ratio) : "")} |\n");
            }

            return table.ToString();
        }
    }

    /// <summary>Writes both files and gives the name that they share.</summary>
    public async Task<string> Save(string folder)
    {
        var name = $"{machine.Date:yyyy-MM-dd}-{machine.Commit.Split(' ')[0]}";
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.md"), Markdown);
        await File.WriteAllTextAsync(
            Path.Combine(folder, $"{name}.json"),
            JsonSerializer.Serialize(new ResultFile(machine, rows), ResultJson.Default.ResultFile) + "\n");
        return name;
    }

    private static string Value(double value) => value switch
    {
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}

/// <summary>The machine-readable result.</summary>
internal sealed record ResultFile(Machine Machine, IReadOnlyList<Row> Rows);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ResultFile))]
internal sealed partial class ResultJson : JsonSerializerContext;

using Rollcall.Bench;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Measures;
using Rollcall.Bench.Results;

BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
}
catch (FormatException wrong)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}

var rows = new List<Row>();
foreach (var measure in options.Measures)
{
    await Console.Error.WriteLineAsync($"measuring {measure} …");
    rows.AddRange(measure switch
    {
        "latency" => await Latency.Measure(options, TimeProvider.System),
        "fanout" => await Fanout.Measure(options, TimeProvider.System),
        "commands" => await Commands.Measure(options),
        "scale" => await Scale.Measure(options),
        "lists" => await Lists.Measure(options),
        "start" => await Start.Measure(options),
        _ => await Memory.Measure(options, TimeProvider.System),
    });
}

var report = new Report(Machine.Here(Builds.Root, options.Disk, TimeProvider.System), rows);
Console.WriteLine(report.Markdown);
if (options.Save)
{
    Console.WriteLine($"written to bench/results/{await report.Save(Path.Combine(Builds.Root, "bench", "results"))}.md and .json");
}

return 0;

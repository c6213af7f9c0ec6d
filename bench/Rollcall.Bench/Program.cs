using System.Net.Sockets;
using Rollcall.Bench;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Measures;
using Rollcall.Bench.Results;
using Rollcall.Bench.Soak;

if (args is ["soak", .. var rest])
{
    return await Soak.Run(rest, TimeProvider.System);
}

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

var (outcome, time) = (new Outcome(), TimeProvider.System);
var machine = Machine.Here(Builds.Root, options.Disk, time);
var failures = 0;
foreach (var measure in options.Measures)
{
    await Console.Error.WriteLineAsync($"{time.GetLocalNow():HH:mm:ss} measuring {measure} …");
    try
    {
        await (measure switch
        {
            "fanout" => Fanout.Measure(options, outcome, time),
            "large" => Fanout.MeasureLarge(options, outcome, time),
            "tls" => Fanout.MeasureTls(options, outcome, time),
            "clients" => Fanout.MeasureClients(options, outcome, time),
            "paced" => Paced.Measure(options, outcome),
            "latency" => Latency.Measure(options, outcome),
            "stuck" => Stuck.Measure(options, outcome),
            "herd" => Herd.Measure(options, outcome),
            "commands" => Commands.Measure(options, outcome),
            "scale" => Scale.Measure(options, outcome),
            "lists" => Lists.Measure(options, outcome),
            "start" => ColdStart.Measure(options, outcome),
            _ => Memory.Measure(options, outcome, time),
        });
    }
    catch (Exception failed) when (failed is IOException or SocketException or InvalidOperationException or TimeoutException)
    {
        // The other measures are worth having, and what this one started has been ended.
        failures++;
        outcome.Miss(measure, failed.Message);
        await Console.Error.WriteLineAsync($"{failed}");
    }
}

Certificate.Delete();
var report = new Report(machine, outcome, options);
Console.WriteLine(report.Markdown);
if (options.Save)
{
    var plot = Plot.Draw(outcome.Measures.Where(Fanout.IsPlain).Select(rounds => (rounds, Fanout.LimitOf(rounds))), Fanout.Deliveries, Roster.Hub);
    var name = await report.Save(Path.Combine(Builds.Root, "bench", "results"), plot);
    Console.WriteLine($"written to bench/results/{name}.*");
    if (plot is not null)
    {
        await File.WriteAllTextAsync(Path.Combine(Builds.Root, "docs", "images", "bench.svg"), plot);
    }
}

return failures == 0 ? 0 : 1;

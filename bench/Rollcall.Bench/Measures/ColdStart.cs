using System.Diagnostics;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>How long a hub takes from its process' start to its first answer that it is ready: with nothing, and with much in its log.</summary>
internal static class ColdStart
{
    private const int EventsEach = 100;

    public static async Task Measure(BenchOptions options, Outcome outcome)
    {
        var (live, ended) = options.Smoke ? (10, 1000) : (10_000, 90_000);
        using var stock = await Stock.Make(options.Memory, live, ended, EventsEach);
        using var empty = await Stock.Make(options.Memory, 0, 0, 1);
        var rounds = new Rounds($"start: {(live + ended) * (long)EventsEach:#,0} events, {live:#,0} live sessions");
        for (var round = 0; round < options.Rounds + 2; round++)
        {
            rounds.Add("an empty log", "start to ready", "ms", await Time(empty));
            rounds.Add("Rollcall", "start to ready", "ms", await Time(stock));
        }

        rounds.Hold("Rollcall", "start to ready", 1000);
        outcome.Add(rounds);
    }

    private static async Task<double> Time(Stock stock)
    {
        var began = Stopwatch.GetTimestamp();
        using var server = await HubContender.Launch(stock.Folder);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}

using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>How long after a command the last of a thousand watchers hears of it, at a pace that all servers can keep.</summary>
internal static class Paced
{
    private const string P99 = "to the last, p99";

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(4);

    public static async Task Measure(BenchOptions options, Outcome outcome)
    {
        var rounds = new Rounds($"paced: {options.FanoutWatchers} watchers, {options.PacedPerSecond} events/s");
        using var field = await Field.Start(
            [Roster.Hub, Roster.HubOnDisk, Roster.SignalR, Roster.Limit], options, new Start(OneCore: true), outcome);
        try
        {
            foreach (var contender in field)
            {
                contender.Prepare(Slots(options));
                Run(contender, options, options.Smoke ? options.Round : Warmup);
            }

            await Task.WhenAll([Pinning.KeepClientAway(), .. field.Select(contender => Pinning.Pin(contender.Server))]);
            for (var round = 0; round < options.Rounds; round++)
            {
                foreach (var contender in field)
                {
                    var (toLast, late) = Run(contender, options, options.Round);
                    rounds.Add(contender.Name, "to the last, p50", "ms", toLast.At(0.5));
                    rounds.Add(contender.Name, P99, "ms", toLast.At(0.99));
                    rounds.Add(contender.Name, "to the last, max", "ms", toLast.At(1));
                    rounds.Add(contender.Name, "the load client's own delay, max", "ms", late.At(1));
                }
            }
        }
        finally
        {
            await Pinning.LetClientRoam();
        }

        rounds.Compare(Roster.Hub, Roster.SignalR, P99, 0.5, atLeast: false);
        rounds.Hold(Roster.Hub, P99, 15);
        outcome.Add(rounds);
    }

    /// <summary>A slot is used every two seconds: what has not reached everybody by then is an overload, not a latency.</summary>
    private static int Slots(BenchOptions options) => 2 * options.PacedPerSecond;

    private static (Percentiles ToLast, Percentiles Late) Run(Contender contender, BenchOptions options, TimeSpan duration)
    {
        var (toLast, late) = (new Percentiles(), new Percentiles());
        using var poller = new Poller();
        var board = new Board(Slots(options), options.FanoutWatchers, timed: false);
        using var crowd = contender.Gather(poller, options.FanoutWatchers, board);
        using var player = new Player(poller, board, contender.Callers(poller, board.Slots), contender.Next);
        player.PlayOpen(options.PacedPerSecond, duration, (_, sent, _) => toLast.Add(Since(sent)), late.Add);
        return (toLast, late);
    }

    private static TimeSpan Since(long moment) => System.Diagnostics.Stopwatch.GetElapsedTime(moment);
}

using System.Diagnostics;
using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>
/// How many deliveries a second one core gives. The load is closed: an event of a slot is sent when everybody has
/// heard the one before, so that as many are outstanding as there are slots.
/// </summary>
internal static class Fanout
{
    /// <summary>Long enough that on a busy machine, too, what is measured has been compiled with optimisations.</summary>
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(4);

    private static readonly int[] Outstanding = [1, 16];

    public static async Task<IEnumerable<Row>> Measure(BenchOptions options, TimeProvider time)
    {
        await using var ours = await HubContender.Start("Rollcall, memory", options.Memory, oneCore: true);
        await using var peer = await SignalRContender.Start(oneCore: true);
        Contender[] contenders = [ours, peer];
        try
        {
            return await Measure(contenders, options, time);
        }
        finally
        {
            await Pinning.LetClientRoam();
        }
    }

    private static async Task<IEnumerable<Row>> Measure(Contender[] contenders, BenchOptions options, TimeProvider time)
    {
        foreach (var contender in contenders)
        {
            await contender.Prepare(Outstanding.Max());
            foreach (var outstanding in Outstanding.Reverse())
            {
                await Run(contender, options, outstanding, options.Smoke ? options.Round : Warmup, time);
            }
        }

        await Task.WhenAll([Pinning.KeepClientAway(), .. contenders.Select(contender => Pinning.Pin(contender.Server))]);
        var rows = new List<Row>();
        foreach (var outstanding in Outstanding)
        {
            var rounds = new Rounds($"fan-out: {options.FanoutWatchers} watchers, {outstanding} outstanding");
            for (var round = 0; round < options.Rounds; round++)
            {
                foreach (var contender in contenders)
                {
                    var cpu = contender.Server.CpuSeconds;
                    var (deliveries, seconds) = await Run(contender, options, outstanding, options.Round / 2, time);
                    rounds.Add(contender.Name, "deliveries", "/s", deliveries / seconds);
                    rounds.Add(contender.Name, "server CPU per delivery", "µs", (contender.Server.CpuSeconds - cpu) / deliveries * 1e6);
                }
            }

            rows.AddRange(rounds.Rows(contenders[^1].Name));
        }

        return rows;
    }

    private static async Task<(double Deliveries, double Seconds)> Run(
        Contender contender, BenchOptions options, int outstanding, TimeSpan duration, TimeProvider time)
    {
        var board = new Board(outstanding, options.FanoutWatchers);
        await using var crowd = await contender.Gather(options.FanoutWatchers, Told.Update, board);
        var began = Stopwatch.GetTimestamp();
        var events = await Task.WhenAll(Enumerable.Range(0, outstanding).Select(slot => Repeat(contender, board, slot, began, duration)))
            .WaitAsync(duration + TimeSpan.FromSeconds(10), time);
        board.Check();
        return ((double)events.Sum() * board.Watchers, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private static async Task<int> Repeat(Contender contender, Board board, int slot, long began, TimeSpan duration)
    {
        var events = 0;
        for (; Stopwatch.GetElapsedTime(began) < duration; events++)
        {
            var all = board.Begin(slot);
            await contender.Command(Told.Update, slot);
            await all;
        }

        return events;
    }
}

using Rollcall.Bench.Contenders;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Measures;

/// <summary>
/// How long after a command each watcher hears of it. The load is open: a command is sent when its time has come,
/// whatever became of those before.
/// </summary>
internal static class Latency
{
    /// <summary>As in the fan-out: until what is measured has been compiled with optimisations.</summary>
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(5);

    public static async Task Measure(BenchOptions options, Outcome outcome)
    {
        var rounds = new Rounds($"latency: {options.LatencyWatchers} watchers, {options.CommandsPerSecond} commands/s");
        using var field = await Field.Start(
            [Roster.HubOnDisk, Roster.Hub, Roster.SignalR], options, new Start(OneCore: false, Told: Told.Status), outcome);
        foreach (var contender in field)
        {
            // A slot is used once a second: what has not reached everybody by then is an overload, not a latency.
            contender.Prepare(options.CommandsPerSecond);
            Run(contender, options, options.Smoke ? options.Round : Warmup);
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var contender in field)
            {
                var (fromSent, fromAnswer, late) = Run(contender, options, options.Round);
                rounds.Add(contender.Name, "from sending, p50", "ms", fromSent.At(0.5));
                rounds.Add(contender.Name, "from sending, p99", "ms", fromSent.At(0.99));
                rounds.Add(contender.Name, "from sending, max", "ms", fromSent.At(1));
                rounds.Add(contender.Name, "from the answer, p50", "ms", fromAnswer.At(0.5));
                rounds.Add(contender.Name, "from the answer, p99", "ms", fromAnswer.At(0.99));
                rounds.Add(contender.Name, "the load client's own delay, max", "ms", late.At(1));
            }
        }

        outcome.Add(rounds);
    }

    private static (Percentiles FromSent, Percentiles FromAnswer, Percentiles Late) Run(Contender contender, BenchOptions options, TimeSpan duration)
    {
        var (fromSent, fromAnswer, late) = (new Percentiles(), new Percentiles(), new Percentiles());
        using var poller = new Poller();
        var board = new Board(options.CommandsPerSecond, options.LatencyWatchers, timed: true);
        using var crowd = contender.Gather(poller, options.LatencyWatchers, board);
        using var player = new Player(poller, board, contender.Callers(poller, board.Slots), contender.Next);
        player.PlayOpen(
            options.CommandsPerSecond,
            duration,
            (slot, sent, answered) =>
            {
                fromSent.Add(sent, board.Receipts(slot));
                fromAnswer.Add(answered, board.Receipts(slot));
            },
            late.Add);
        return (fromSent, fromAnswer, late);
    }
}

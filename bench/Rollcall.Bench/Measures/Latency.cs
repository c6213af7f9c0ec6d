using System.Diagnostics;
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

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    public static async Task<IEnumerable<Row>> Measure(BenchOptions options, TimeProvider time)
    {
        var rounds = new Rounds($"latency: {options.LatencyWatchers} watchers, {options.CommandsPerSecond} commands/s");
        await using var disk = await HubContender.Start("Rollcall, disk", options.Disk, oneCore: false);
        await using var memory = await HubContender.Start("Rollcall, memory", options.Memory, oneCore: false);
        await using var peer = await SignalRContender.Start(oneCore: false);
        Contender[] contenders = [disk, memory, peer];
        foreach (var contender in contenders)
        {
            // A slot is used once a second: what has not reached everybody by then is an overload, not a latency.
            await contender.Prepare(options.CommandsPerSecond);
            await Run(contender, options, options.Smoke ? options.Round : Warmup, time);
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var contender in contenders)
            {
                var (fromSent, fromAnswer, late) = await Run(contender, options, options.Round, time);
                rounds.Add(contender.Name, "from sending, p50", "ms", fromSent.At(0.5));
                rounds.Add(contender.Name, "from sending, p99", "ms", fromSent.At(0.99));
                rounds.Add(contender.Name, "from sending, max", "ms", fromSent.At(1));
                rounds.Add(contender.Name, "from the answer, p50", "ms", fromAnswer.At(0.5));
                rounds.Add(contender.Name, "from the answer, p99", "ms", fromAnswer.At(0.99));
                rounds.Add(contender.Name, "the load client's own delay, max", "ms", late.At(1));
            }
        }

        return rounds.Rows(peer.Name);
    }

    private static async Task<(Percentiles FromSent, Percentiles FromAnswer, Percentiles Late)> Run(
        Contender contender, BenchOptions options, TimeSpan duration, TimeProvider time)
    {
        var board = new Board(options.CommandsPerSecond, options.LatencyWatchers);
        await using var crowd = await contender.Gather(options.LatencyWatchers, Told.Status, board);
        var (fromSent, fromAnswer, late) = (new Percentiles(), new Percentiles(), new Percentiles());
        var commands = (int)(duration.TotalSeconds * options.CommandsPerSecond);
        var running = new Task[commands];
        var began = Stopwatch.GetTimestamp();
        for (var command = 0; command < commands; command++)
        {
            var due = TimeSpan.FromSeconds((double)command / options.CommandsPerSecond);
            for (TimeSpan wait; (wait = due - Stopwatch.GetElapsedTime(began)) > TimeSpan.Zero;)
            {
                await Task.Delay(wait < Shortest ? Shortest : wait, time);
            }

            late.Add(Stopwatch.GetElapsedTime(began) - due);
            running[command] = One(contender, board, command % board.Slots, fromSent, fromAnswer);
        }

        await Task.WhenAll(running).WaitAsync(TimeSpan.FromSeconds(10), time);
        board.Check();
        return (fromSent, fromAnswer, late);
    }

    private static async Task One(Contender contender, Board board, int slot, Percentiles fromSent, Percentiles fromAnswer)
    {
        var all = board.Begin(slot);
        var sent = Stopwatch.GetTimestamp();
        await contender.Command(Told.Status, slot);
        var answered = Stopwatch.GetTimestamp();
        await all;
        fromSent.Add(sent, board.Receipts(slot));
        fromAnswer.Add(answered, board.Receipts(slot));
    }
}
